/**
 * Writes results/calibration-gate.md: how often the profile `gate` raises a false alarm, and how often it finds what a head allocates more,
 * beside a process that spins on every core. `node scripts/calibrate-gate.ts --runs 20 --out FOLDER` goes on with the runs that the folder has.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { readResults } from '../bench/store/results-folder.ts'
import type { Results } from '../src/results/results.ts'
import { type GateRuns, gateText } from './calibration/gate.ts'
import { copyCheckout, copyHeavierCheckout } from './calibration/heavier-copy.ts'

const TARGET = fileURLToPath(new URL('../results/calibration-gate.md', import.meta.url))
/** Half of what is to be found: an interval beyond it is wholly on the far side. */
const LIMIT = '0.5%'
/** Until its parent is gone, however that ended. */
const SPIN = 'const parent = process.ppid; while (process.ppid === parent) for (let i = 0; i < 1e8; i++);'
const INTERRUPTED = 130

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '20' },
    strategy: { type: 'string', default: 'jwt-hs256-fast' },
    // One per cent of what jwt-hs256-fast allocates.
    bytes: { type: 'string', default: '104' },
    out: { type: 'string' },
  },
})
if (values.out === undefined) throw new Error('name the folder of the runs: --out FOLDER')
const out = values.out
const wanted = Number(values.runs)
/** Of the run under way: one that is interrupted is thrown away. */
const partial = join(out, 'partial')

const interrupted = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interrupted.abort())

const scratch = mkdtempSync(join(tmpdir(), 'authbench-calibrate-'))
const base = copyCheckout(join(scratch, 'base'))
const heads = {
  same: copyCheckout(join(scratch, 'same')),
  more: copyHeavierCheckout(join(scratch, 'more'), Number(values.bytes)),
}
type Kind = keyof typeof heads
const KINDS = ['same', 'more'] as const

const foldersIn = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
const runsOf = (kind: Kind): Results[] =>
  foldersIn(join(out, kind)).map((name) => readResults(join(out, kind, name)))

/** @throws Error when there is no result: another try would hardly have one */
async function measure(kind: Kind): Promise<void> {
  rmSync(partial, { recursive: true, force: true })
  const child = spawn(
    process.execPath,
    [
      join(heads[kind], 'bench/main.ts'),
      ...['run', '--profile', 'gate', '--strategies', values.strategy, '--against', base],
      ...['--gate', `allocated=${LIMIT}`, '--out', partial],
    ],
    // A group of its own: a Ctrl-C would reach it twice, which ends it in the middle.
    {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, TMPDIR: scratch },
      detached: true,
    },
  )
  const stop = () => child.kill('SIGTERM')
  interrupted.signal.addEventListener('abort', stop)
  const [code] = await once(child, 'close')
  interrupted.signal.removeEventListener('abort', stop)
  if (interrupted.signal.aborted) return
  const [run] = existsSync(partial) ? foldersIn(partial) : []
  if (run === undefined || code === INTERRUPTED || code === null)
    throw new Error(`the run left no result, exit code ${code}`)
  renameSync(join(partial, run), join(out, kind, run))
}

for (const kind of KINDS) mkdirSync(join(out, kind), { recursive: true })
const spinning = Array.from({ length: availableParallelism() }, () =>
  spawn(process.execPath, ['-e', SPIN], { stdio: 'ignore' }),
)
try {
  while (!interrupted.signal.aborted) {
    const [same, more] = [foldersIn(join(out, 'same')).length, foldersIn(join(out, 'more')).length]
    process.stderr.write(
      `${same} of ${wanted} runs with the same head, ${more} with one that allocates more\n`,
    )
    // In turn, so that what there is of both is of the same time.
    if (Math.min(same, more) >= wanted) break
    await measure(same <= more ? 'same' : 'more')
  }
} finally {
  for (const child of spinning) child.kill('SIGKILL')
  rmSync(partial, { recursive: true, force: true })
  rmSync(scratch, { recursive: true, force: true })
}
if (interrupted.signal.aborted) process.exitCode = INTERRUPTED
else {
  const runs: GateRuns = { same: runsOf('same'), more: runsOf('more') }
  writeFileSync(TARGET, gateText(runs, { strategy: values.strategy, bytes: Number(values.bytes) }))
}
