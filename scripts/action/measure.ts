import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { addToSummary, inputInvalid, inputOf, setOutputs, type Variables } from './workflow.ts'

const MAIN = join(import.meta.dirname, '../../bench/main.ts')

/** Inputs that are options of `run` by the same name. */
const OPTIONS = ['profile', 'strategies', 'scenarios', 'against', 'target', 'credentials', 'config'] as const

const VERDICTS: Readonly<Record<number, string>> = { 0: 'pass', 1: 'regression', 3: 'inconclusive' }

const given = (env: Variables, option: string): readonly string[] => {
  const value = inputOf(env, option.toUpperCase())
  return value === '' ? [] : [`--${option}=${value}`]
}

/** In lines or with commas. */
const gatesOf = (env: Variables): readonly string[] =>
  inputOf(env, 'GATE')
    .split(/[\n,]/)
    .map((gate) => gate.trim())
    .filter((gate) => gate !== '')
    .map((gate) => `--gate=${gate}`)

/** @throws AuthbenchError INPUT_INVALID */
export function runArguments(env: Variables, out: string): readonly string[] {
  const [against, baseline] = [inputOf(env, 'AGAINST'), inputOf(env, 'BASELINE')]
  if (against !== '' && baseline !== '')
    throw inputInvalid('BASELINE', 'it is a stored run, and against is a checkout', 'Leave one of them out.')
  return [
    'run',
    ...OPTIONS.flatMap((option) => given(env, option)),
    ...(against === '' ? [] : gatesOf(env)),
    `--out=${out}`,
  ]
}

async function authbench(args: readonly string[], output: 'inherit' | 'pipe') {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', output, 'inherit'] })
  const text: Buffer[] = []
  child.stdout?.on('data', (part: Buffer) => text.push(part))
  const [code]: (number | null)[] = await once(child, 'close')
  return { code: code ?? 130, text: Buffer.concat(text).toString() }
}

/**
 * What a run said, for the steps after it. What cannot be measured from two checkouts, such as an endpoint, is held to an earlier run.
 * @param out where the run put its folder @returns its verdict, as an exit code
 */
export async function conclude(env: Variables, out: string, code: number): Promise<number> {
  const folder = realpathSync(join(out, 'latest'))
  const baseline = inputOf(env, 'BASELINE')
  const compared =
    baseline === '' || code !== 0
      ? null
      : await authbench(['compare', baseline, folder, ...gatesOf(env), '--format=markdown'], 'pipe')
  const summary = readFileSync(join(folder, 'summary.md'), 'utf8')
  const text = compared === null ? summary : `${compared.text}\n${summary}`
  const report = join(out, 'comment.md')
  writeFileSync(report, text)
  addToSummary(env, text)
  const verdict = compared?.code ?? code
  setOutputs(env, {
    folder,
    report,
    'exit-code': String(verdict),
    verdict: VERDICTS[verdict] ?? 'failed',
  })
  return verdict
}

/**
 * Exit codes 1 and 3 are results, which the step `gate` judges after they are published.
 * @returns the exit code of the step
 */
export async function measure(env: Variables): Promise<number> {
  const out = mkdtempSync(join(env.RUNNER_TEMP ?? tmpdir(), 'authbench-'))
  const { code } = await authbench(runArguments(env, out), 'inherit')
  if (!existsSync(join(out, 'latest'))) return code === 0 ? 3 : code
  const verdict = await conclude(env, out, code)
  return VERDICTS[verdict] === undefined ? verdict : 0
}
