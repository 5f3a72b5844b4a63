import { writeFileSync } from 'node:fs'
import { checkStrategies } from '../../servers/conformance/check.ts'
import type { RedisKind } from '../../servers/conformance/harness/environment-pool.ts'
import { checkTarget } from '../../servers/conformance/target.ts'
import type { AuthStrategy } from '../../servers/contract.ts'
import { STRATEGIES, strategyIds } from '../../servers/registry.ts'
import { loadStrategy } from '../../servers/user-files/own-strategy.ts'
import { type ConformanceRow, conformanceCounts, isUnexpected } from '../../src/checklist/rows.ts'
import { resolveConfig } from '../../src/plan/config.ts'
import { ansiPaint, plainPaint } from '../../src/report/terminal/paint.ts'
import { AuthbenchError, messageOf } from '../../src/results/errors.ts'
import { refuseIgnored } from '../cli/ignored-options.ts'
import type { Terminal } from '../cli/terminal.ts'
import { addressOf } from '../load/http/address.ts'
import { OWN_CLUSTER } from '../redis/provide.ts'
import type { Chosen } from '../subjects/chosen-strategies.ts'
import { describeStrategies } from '../subjects/own-strategies.ts'
import { isWrittenLoopback } from '../subjects/place.ts'
import { assertAnswers, readTarget } from '../subjects/target.ts'
import { conformanceText } from './render-conformance.ts'

const SCHEMA = 'authbench/conformance@1'
const INTERRUPTED = 130
const NO_VERDICT = 3

export interface ConformanceFlags {
  readonly strategies?: readonly string[] | undefined
  readonly strategy?: readonly string[] | undefined
  readonly target?: string | undefined
  readonly credentials?: string | undefined
  readonly transport?: string | undefined
  readonly redis?: string | undefined
  readonly json?: boolean | undefined
  readonly out?: string | undefined
}

/** Reference servers, the user's own strategies or somebody's endpoint, held to the security checklist. @returns the exit code */
export async function conformance(flags: ConformanceFlags, terminal: Terminal): Promise<number> {
  const { stdout, color } = terminal
  refuseIgnored(ignoredBeside(flags))
  const kind = kindOf(flags)
  await using cleanup = new AsyncDisposableStack()
  const signal = terminal.interruption(cleanup, 'Stopping; what was checked so far stands.')
  const { rows, groups } =
    flags.target === undefined
      ? await checkOwn(flags, kind, signal, terminal)
      : await checkForeign(flags.target, flags, signal)
  const partial = signal.aborted
  const unexpected = rows.filter(isUnexpected).length
  if (partial && rows.length === 0) {
    terminal.stderr.write('Interrupted before anything was checked.\n')
    return INTERRUPTED
  }
  const report = {
    schema: SCHEMA,
    verdict: partial ? 'partial' : unexpected === 0 ? 'passed' : 'failed',
    counts: conformanceCounts(rows),
    rows,
  }
  const json = `${JSON.stringify(report, null, 2)}\n`
  const text = () => conformanceText(rows, (id) => groups.get(id) ?? null, color ? ansiPaint : plainPaint)
  stdout.write(flags.json === true ? json : text())
  if (flags.out !== undefined) write(flags.out, json)
  if (partial) return INTERRUPTED
  return unexpected === 0 ? 0 : 1
}

function ignoredBeside(flags: ConformanceFlags): Parameters<typeof refuseIgnored>[0] {
  const { target, credentials, transport, strategies, strategy, redis } = flags
  const own = [
    ...(strategies === undefined ? [] : ['--strategies']),
    ...(strategy === undefined ? [] : ['--strategy']),
  ]
  return [
    {
      when: target === undefined && credentials !== undefined,
      message: '--credentials are those of a target, and there is none',
      next: 'Add --target URL; the reference servers issue their own.',
    },
    {
      when: target === undefined && transport !== undefined,
      message: '--transport is that of a target, and there is none',
      next: 'Leave it out: the reference servers are checked with both.',
    },
    {
      when: target !== undefined && own.length > 0,
      message: `--target is checked alone, without ${own.join(' and ')}`,
      next: 'Check them one after the other.',
    },
    {
      when: target !== undefined && redis !== undefined,
      message: '--redis is that of the reference servers, and a target has its own',
      next: 'Leave it out.',
    },
  ]
}

/** @throws AuthbenchError OPTIONS_INVALID */
function kindOf({ redis }: ConformanceFlags): RedisKind {
  if (redis === undefined) return 'server'
  if (redis === OWN_CLUSTER) return 'cluster'
  throw new AuthbenchError(
    'OPTIONS_INVALID',
    'the checklist pauses and kills its Redis, and takes none of yours',
    {
      next: `Leave --redis out, or say --redis ${OWN_CLUSTER} for throwaway clusters.`,
    },
  )
}

/** Of strategies with code at hand: that of files would stay in the runner's process. */
export async function checkBeforeRun(
  { known, files }: Pick<Chosen, 'known' | 'files'>,
  kind: RedisKind,
  signal: AbortSignal,
  terminal: Terminal,
): Promise<readonly ConformanceRow[]> {
  for (const file of files.values()) {
    terminal.stderr.write(`The checklist for ${file}: \`authbench conformance --strategy ${file}\`.\n`)
  }
  const progress = showChecks(known.length, terminal)
  try {
    return await checkStrategies(known, signal, progress.checked, kind)
  } finally {
    progress.end()
  }
}

interface Checked {
  readonly rows: readonly ConformanceRow[]
  /** The family of each strategy. */
  readonly groups: ReadonlyMap<string, string>
}

async function checkOwn(
  flags: ConformanceFlags,
  kind: RedisKind,
  signal: AbortSignal,
  terminal: Terminal,
): Promise<Checked> {
  // In a process of its own first: a file that ends or hangs its process, or takes an id that is taken, is told from here.
  const described = await describeStrategies(flags.strategy ?? [], signal)
  if (described === null) return { rows: [], groups: new Map() }
  const unguard = failOnExit(terminal)
  try {
    const strategies = await chosen(flags)
    const rows = await checkBeforeRun({ known: strategies, files: new Map() }, kind, signal, terminal)
    return { rows, groups: new Map(strategies.map(({ id, family }) => [id, family])) }
  } finally {
    unguard()
  }
}

/** A strategy that ends the process must not look like one that passed. */
function failOnExit({ stderr }: Terminal): () => void {
  const fail = () => {
    stderr.write(
      'authbench: the process was ended by a strategy before its verdict [STRATEGY_ENDED_PROCESS]\n',
    )
    process.exitCode = NO_VERDICT
  }
  process.once('exit', fail)
  return () => void process.off('exit', fail)
}

/** @throws AuthbenchError OPTIONS_INVALID, STRATEGY_FILE_* */
async function chosen({ strategies, strategy: files = [] }: ConformanceFlags): Promise<AuthStrategy[]> {
  const own: AuthStrategy[] = []
  for (const file of files) own.push(await loadStrategy(file))
  if (strategies === undefined && own.length > 0) return own
  const named = strategies ?? ['all']
  if (named.includes('all')) return [...Object.values(STRATEGIES), ...own]
  const { strategies: valid } = checked({ strategies: [...named] })
  // The baseline that is always added rejects nothing: it is checked where it is asked for.
  const ids = valid.filter((id) => named.includes(id))
  return [...strategyIds.filter((id) => ids.includes(id)).map((id) => STRATEGIES[id]), ...own]
}

async function checkForeign(url: string, flags: ConformanceFlags, signal: AbortSignal): Promise<Checked> {
  const { transport } = checked({ strategies: ['none'], transport: flags.transport })
  const target = readTarget(url, { credentials: flags.credentials })
  // By what is written: nobody else's machine is searched for weaknesses, wherever a name leads.
  if (!isWrittenLoopback(addressOf(target.origin).host)) {
    throw new AuthbenchError('TARGET_NOT_LOCAL', `${target.host} is not the loopback of this machine`, {
      next: 'Run the checklist on the machine of the server: --target http://127.0.0.1:PORT/PATH.',
    })
  }
  if (target.origin.startsWith('https:')) {
    throw new AuthbenchError('TARGET_URL_INVALID', 'the checklist asks a target in plain text', {
      next: 'Give the address behind TLS: --target http://HOST:PORT/PATH.',
    })
  }
  await assertAnswers(target, transport)
  return {
    rows: await checkTarget({ ...target, path: target.read.path, transport }, signal),
    groups: new Map(),
  }
}

/** @throws AuthbenchError OPTIONS_INVALID */
const checked = (options: { readonly strategies: string[]; readonly transport?: string | undefined }) =>
  resolveConfig(
    options,
    { strategies: strategyIds, usual: strategyIds, scenarios: ['verify'] },
    { profile: 'smoke', seed: 0, extraClaims: [] },
  )

/** One line on a terminal, that the result replaces. */
function showChecks(total: number, { stderr }: Terminal) {
  const isLive = stderr.isTTY === true
  let done = 0
  const show = (what: string) => {
    if (isLive) stderr.write(`\r\u001b[2K Checklist: ${done} of ${total} strategies${what} ...`)
  }
  show('')
  return {
    checked({ id }: AuthStrategy) {
      done += 1
      show(`, ${id} done`)
    },
    end() {
      if (isLive) stderr.write('\r\u001b[2K')
    },
  }
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text)
  } catch (error) {
    throw new AuthbenchError('OUT_NOT_WRITABLE', `--out ${file}: ${messageOf(error)}`, {
      next: 'Name a file in a folder that is there and yours.',
      cause: error,
    })
  }
}
