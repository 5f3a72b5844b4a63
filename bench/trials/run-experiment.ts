import type { Experiment } from '../../src/experiments/experiment.ts'
import { type JournalEntry, resultOf } from '../../src/experiments/journal.ts'
import type { TrialCount } from '../../src/plan/profiles.ts'
import { seededRandom } from '../../src/plan/random.ts'
import { AuthbenchError, messageOf } from '../../src/results/errors.ts'
import type { ExperimentResult } from '../../src/results/experiment.ts'
import type { StrategyInfo } from '../../src/results/strategy-info.ts'
import type { ExperimentContext, ExperimentRun, Need, Stage, TrialWish } from './experiment.ts'
import type { OpenStage, Props } from './stage.ts'

/** So many lost trials are no accident. */
const MOST_VOID = 20

export interface ExperimentPlan {
  readonly meaning: Experiment
  readonly effects: ExperimentRun<unknown>
  readonly strategies: readonly StrategyInfo[]
  readonly seed: number
  readonly count: TrialCount
  /** What to type to get it again. */
  readonly command: string
}

export interface ExperimentWorld extends Props {
  readonly signal: AbortSignal
  readonly openStage: (props: Props, signal: AbortSignal) => OpenStage
  readonly find: (need: Need) => string | null
  /** Keeps a line before the next thing happens. */
  readonly append: (entry: JournalEntry) => void
  readonly say: (line: string) => void
}

/** Ends an experiment before its end, for a reason that is said in the report. */
class Ended extends Error {}

/**
 * Runs it to its end, to the signal, or to what stops it. What was observed is kept in any case, and nothing that was started is left.
 * @throws what `append` throws, such as a full disk
 */
export async function runExperiment(plan: ExperimentPlan, world: ExperimentWorld): Promise<ExperimentResult> {
  const { meaning, effects, strategies, command } = plan
  const journal: JournalEntry[] = []
  let broken: unknown = null
  let isOver = false
  const write = (entry: JournalEntry) => {
    if (isOver) return
    try {
      world.append(entry)
      journal.push(entry)
    } catch (error) {
      broken ??= error
      throw error
    }
  }
  write({ type: 'begin', strategies: [...strategies], command })
  const missing = effects.needs.filter((need) => world.find(need) === null)
  if (missing.length > 0) {
    write({ type: 'not done', reason: `This machine has no ${missing.join(', no ')}: nothing was tried.` })
    write({ type: 'end', reason: null })
    return resultOf(meaning, journal)
  }
  const over = new AbortController()
  const signal = AbortSignal.any([world.signal, over.signal])
  const { stage, leave } = world.openStage(world, signal)
  const underWay = new Set<Promise<unknown>>()
  const context = contextOf(plan, { ...world, signal }, stage, write, underWay)
  const reason = await endOf(effects.run(context), world.signal)
  // Trials that were under way beside one that ended it.
  over.abort(new Ended('It had ended.'))
  await Promise.allSettled(underWay)
  await leave()
  if (broken !== null) throw broken
  if (!world.signal.aborted) write({ type: 'end', reason })
  isOver = true
  return resultOf(meaning, journal)
}

/** Null: it came to its end. */
async function endOf(work: Promise<void>, signal: AbortSignal): Promise<string | null> {
  try {
    await Promise.race([work, aborted(signal)])
    return null
  } catch (error) {
    // What it does after this has nobody who waits for it.
    work.catch(() => undefined)
    return error instanceof AuthbenchError ? `${error.message} [${error.code}]` : messageOf(error)
  }
}

function contextOf(
  plan: ExperimentPlan,
  world: ExperimentWorld,
  stage: Stage,
  write: (entry: JournalEntry) => void,
  underWay: Set<Promise<unknown>>,
): ExperimentContext<unknown> {
  const { meaning, strategies, seed, count } = plan
  let lost = 0
  const observe = (observation: unknown) => write({ type: 'observation', value: meaning.parse(observation) })
  const voidTrial = (reason: string) => {
    write({ type: 'void', reason })
    world.say(`${meaning.id}: a trial is void: ${reason}`)
    lost += 1
    if (lost >= MOST_VOID) throw new Ended(`${lost} trials were void, so it was ended.`)
  }
  return {
    ...stage,
    seed,
    random: seededRandom(seed),
    count,
    strategies,
    transport: world.config.transport,
    ttlSeconds: world.config.ttlSeconds,
    keys: world.keys,
    token: world.token,
    files: world.files,
    has: (need) => world.find(need) !== null,
    observe,
    voidTrial,
    leaveOut: (reason) => write({ type: 'not done', reason }),
    say: (line) => world.say(`${meaning.id}: ${line}`),
    async trial(wish, work) {
      world.signal.throwIfAborted()
      const trial = trialOf(wish, work, world)
      underWay.add(trial)
      const outcome = await trial.finally(() => underWay.delete(trial))
      world.signal.throwIfAborted()
      if (outcome.state === 'void') {
        voidTrial(outcome.reason)
        return false
      }
      for (const each of outcome.observations) observe(each)
      return true
    },
  }
}

type Outcome =
  | { readonly state: 'observed'; readonly observations: readonly unknown[] }
  | { readonly state: 'void'; readonly reason: string }

async function trialOf(
  { limitMs }: TrialWish,
  work: (stage: Stage) => Promise<unknown>,
  world: ExperimentWorld,
): Promise<Outcome> {
  const late = new AbortController()
  const timer = setTimeout(() => late.abort(new Error(`not done within ${limitMs} ms`)), limitMs)
  const signal = AbortSignal.any([world.signal, late.signal])
  const { stage, leave } = world.openStage(world, signal)
  const working = work(stage)
  try {
    const found = await Promise.race([working, aborted(signal)])
    return { state: 'observed', observations: Array.isArray(found) ? found : [found] }
  } catch (error) {
    // It may go on until it notices that its stage is gone.
    working.catch(() => undefined)
    // What breaks because time is up is not the reason.
    return { state: 'void', reason: messageOf(late.signal.aborted ? late.signal.reason : error) }
  } finally {
    clearTimeout(timer)
    await leave()
  }
}

/** Rejects when the signal comes; never resolves. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const stop = () => reject(signal.reason)
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
  })
}
