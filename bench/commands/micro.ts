import { randomInt, randomUUID } from 'node:crypto'
import { realpathSync, rmSync } from 'node:fs'
import { basename, relative } from 'node:path'
import type { TokenProfile } from '../../servers/contract.ts'
import { STRATEGIES, usualStrategies } from '../../servers/registry.ts'
import { generateKeys } from '../../servers/tokens/keys.ts'
import { assertNoneTaken } from '../../servers/user-files/claims-file.ts'
import { operationBlocks } from '../../src/report/sections/operations.ts'
import { stackSection } from '../../src/report/sections/stack.ts'
import { terminalOfSections } from '../../src/report/terminal/terminal.ts'
import { AuthbenchError } from '../../src/results/errors.ts'
import { MICRO_SCHEMA_ID, type Micro } from '../../src/results/micro.ts'
import type { Results } from '../../src/results/results.ts'
import { readClaims, redisUrl } from '../cli/options.ts'
import { microCommand } from '../cli/reproduce.ts'
import { writeReports } from '../cli/stored-reports.ts'
import { renderOptions, type Terminal } from '../cli/terminal.ts'
import { detectPinning } from '../machine/pinning.ts'
import type { MeasureOptions } from '../micro/measure.ts'
import { TASKS } from '../micro/registry.ts'
import { runTasks } from '../micro/run-tasks.ts'
import { type Explained, explainedRun } from '../micro/run-to-explain.ts'
import { selectTasks } from '../micro/select-tasks.ts'
import type { MicroTask } from '../micro/task.ts'
import { measureInProcess } from '../micro/task-process.ts'
import { originOfRedis, redisOfCommand, redisOption } from '../redis/provide.ts'
import { authbenchVersion, describeEnvironment, describeGit } from '../store/environment.ts'
import { createResultsFolder, openResultsFolder } from '../store/results-folder.ts'
import { lockMachine } from '../store/run-lock.ts'

export interface MicroFlags {
  readonly tasks?: readonly string[] | undefined
  readonly rounds?: number | undefined
  readonly seed?: number | undefined
  readonly with?: string | undefined
  readonly claims?: string | undefined
  readonly redis?: string | undefined
  readonly out?: string | undefined
  readonly json?: boolean | undefined
}

const INTERRUPTED = 130
const FAILED = 3
/** The fewest whose interval leaves out the furthest process on each side. */
const ROUNDS = 9
/** With 200 the optimiser was still at work: CPU was 1.4 times the median time of a cached token, with 400 and more 1.06 times. */
const DURATIONS = { warmUpMs: 400, measureMs: 300 }
/** Longer than any measurement, as in a run. */
const TTL_SECONDS = 900

type Durations = Pick<MeasureOptions, 'warmUpMs' | 'measureMs'>

/**
 * Measures operations alone, each in processes of its own, and says where the CPU of a run goes.
 * @returns the exit code
 * @throws AuthbenchError OPTIONS_INVALID, TASK_UNKNOWN, MICRO_NOT_COMPARABLE, FILE_*, CLAIMS_*, RESULTS_*, OUT_*, REDIS_*, RUN_IN_PROGRESS
 */
export async function micro(
  flags: MicroFlags,
  terminal: Terminal,
  durations: Durations = DURATIONS,
): Promise<number> {
  const token = readClaims(flags.claims)
  const extraClaims = flags.claims === undefined ? [] : Object.keys(token.claims)
  const { rounds = ROUNDS, seed = randomInt(2 ** 32), json = false } = flags
  if (rounds < 1) {
    throw new AuthbenchError('OPTIONS_INVALID', '--rounds must be 1 or more', {
      next: '6 or more give intervals.',
    })
  }
  if (flags.tasks !== undefined) selectTasks(TASKS, flags.tasks)
  const explained = explainedRun(flags, extraClaims, token, terminal)
  const tasks = chosenTasks(flags.tasks, explained)
  assertNoneTaken(
    token,
    Object.values(STRATEGIES).filter(({ id }) => tasks.some(({ strategy }) => strategy === id)),
  )

  await using cleanup = new AsyncDisposableStack()
  const signal = terminal.interruption(cleanup, 'Stopping; what was measured so far is kept.')
  cleanup.defer(lockMachine(undefined, (line) => void terminal.stderr.write(`${line}\n`)))
  const startedAt = new Date()
  const newFolder = () => createResultsFolder(flags.out ?? 'results', 'micro', startedAt, 'micro.json')
  // Proven to be writable before anything is measured.
  const runFolder = explained === null ? null : openResultsFolder(explained.folder)
  const ownFolder = runFolder === null ? newFolder() : null
  let keepsOwn = false
  cleanup.defer(() => {
    if (ownFolder !== null && !keepsOwn) rmSync(ownFolder.path, { recursive: true, force: true })
  })
  const redis = redisUrl(flags.redis)
  const plan = { tasks, token, rounds, seed, durations, redis }
  const measured = await measureTasks(plan, signal, terminal, cleanup)
  if (measured.tasks.length === 0 && signal.aborted) {
    terminal.stderr.write('Interrupted before anything was measured.\n')
    return INTERRUPTED
  }

  const isWhole = !signal.aborted && measured.failures.length === 0
  const intoRun = isWhole && explained !== null && runFolder !== null
  const folder = intoRun ? runFolder : (ownFolder ?? newFolder())
  const result: Micro = {
    schema: MICRO_SCHEMA_ID,
    run: {
      id: basename(folder.path),
      startedAt: startedAt.toISOString(),
      finishedAt: new Date().toISOString(),
      seed,
      rounds,
      extraClaims,
      partial: signal.aborted,
      git: describeGit(),
      authbench: authbenchVersion(),
      command: microCommand(flags, {
        rounds,
        seed,
        run: runFolder === null ? null : relative(process.cwd(), realpathSync(runFolder.path)),
        redis: tasks.some((task) => task.needsRedis) ? redisOption(redis) : null,
      }),
    },
    ...measured,
  }
  const results = explained === null ? null : { ...explained.results, micro: result }
  // Printed first: what a full disk takes, the terminal still has.
  terminal.stdout.write(json ? `${JSON.stringify(result, null, 2)}\n` : textOf(result, results, terminal))
  folder.write('micro.json', `${JSON.stringify(result, null, 2)}\n`)
  keepsOwn = true
  if (intoRun && results !== null) writeReports(results, folder)
  const place = relative(process.cwd(), folder.path) || '.'
  terminal.stderr.write(`\n${intoRun ? `Report: ${place}/report.html` : `Kept: ${place}/micro.json`}\n`)
  if (signal.aborted) return INTERRUPTED
  return measured.failures.length > 0 ? FAILED : 0
}

interface Plan {
  readonly tasks: readonly MicroTask[]
  readonly token: TokenProfile
  readonly rounds: number
  readonly seed: number
  readonly durations: Durations
  /** Null: a throwaway one. */
  readonly redis: string | null
}

async function measureTasks(
  { tasks, token, rounds, seed, durations, redis: url }: Plan,
  signal: AbortSignal,
  terminal: Terminal,
  cleanup: AsyncDisposableStack,
): Promise<Pick<Micro, 'environment' | 'tasks' | 'failures'>> {
  const needsRedis = tasks.some((task) => task.needsRedis)
  const pinning = detectPinning(needsRedis ? originOfRedis(url) : null)
  const keyPrefix = `authbench:micro-${randomUUID()}:`
  const redis = needsRedis
    ? await redisOfCommand({ url, core: pinning.redis, keyPrefix, signal, cleanup, output: terminal.stderr })
    : null
  const shared = {
    keys: await generateKeys(),
    token,
    ttlSeconds: TTL_SECONDS,
    redis: redis === null ? null : { url: redis.url, keyPrefix },
    ...durations,
  }
  const progress = progressOf(terminal, rounds)
  const measured = await runTasks(tasks, {
    rounds,
    seed,
    signal,
    onStart: progress.show,
    measure: ({ id }) => measureInProcess({ task: id, ...shared }, pinning.server, signal),
  })
  progress.end()
  return { environment: describeEnvironment(pinning, redis), ...measured }
}

/** Without a word about it: what the run holds, or what most runs do. */
function chosenTasks(
  words: readonly string[] | undefined,
  explained: Explained | null,
): readonly MicroTask[] {
  if (words !== undefined) return selectTasks(TASKS, words)
  const strategies: readonly string[] =
    explained === null ? usualStrategies : explained.results.strategies.map(({ id }) => id)
  return TASKS.filter(({ strategy }) => strategy === null || strategies.includes(strategy))
}

/** One line on a terminal, elsewhere one for each round. */
function progressOf({ stderr }: Terminal, rounds: number) {
  const isLive = stderr.isTTY === true
  const erase = '\r\u001b[2K'
  let said = -1
  return {
    show({ id }: MicroTask, round: number, place: number, of: number) {
      if (isLive) stderr.write(`${erase} round ${round + 1} of ${rounds}, task ${place + 1} of ${of}: ${id}`)
      else if (round > said) stderr.write(`round ${round + 1} of ${rounds}: ${of} tasks\n`)
      said = round
    },
    end() {
      if (isLive) stderr.write(erase)
    },
  }
}

function textOf(result: Micro, results: Results | null, terminal: Terminal): string {
  const section = (results === null ? null : stackSection(results)) ?? {
    id: 'operations',
    title: 'Operations alone',
    blocks: operationBlocks(result, Object.values(STRATEGIES)),
  }
  return terminalOfSections([section], renderOptions(terminal))
}
