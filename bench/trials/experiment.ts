// In this folder: how experiments are run: their stages, trials and journals. What each does is in `bench/experiments/`.

import type { KeyMaterial, TokenProfile } from '../../servers/contract.ts'
import type { TrialCount } from '../../src/plan/profiles.ts'
import type { Random } from '../../src/plan/random.ts'
import type { StrategyInfo } from '../../src/results/strategy-info.ts'
import type { ServerInit } from '../process/server-process.ts'
import type { ProvidedRedis } from '../redis/provide.ts'
import type { Subject } from '../run/equipment.ts'

/** Programs that an experiment may need, and a machine may lack. */
export type Need = 'redis' | 'haproxy' | 'chromium'

/** What an experiment does: sets up its world, makes trials, observes. What that means, `src/experiments/` says. */
export interface ExperimentRun<Observation> {
  /** Without one of these it does nothing, and says so. */
  readonly needs: readonly Need[]
  /** It does less without these, and says what it left out. */
  readonly uses?: readonly Need[]
  /** By what a strategy declares, never by its id; all where it is not given. */
  readonly appliesTo?: (strategy: StrategyInfo) => boolean
  /** Its clients can make a proof for each request, where a strategy asks for one; absent: such strategies are not for it. */
  readonly proves?: true
  /** On a quiet machine, for the forecast before a run; absent: nobody knows. */
  readonly expectedMs?: (count: TrialCount, strategies: readonly StrategyInfo[]) => number
  run(context: ExperimentContext<Observation>): Promise<void>
}

export interface ServerWish
  extends Partial<
    Pick<
      ServerInit,
      'transport' | 'ttlSeconds' | 'keys' | 'token' | 'keyPrefix' | 'port' | 'http2' | 'authServer'
    >
  > {
  /** Absent: null for strategies that need none, otherwise it has to be given. */
  readonly redis?: Pick<ProvidedRedis, 'url'>
}

/** What is started on it ends with it, in the reverse order, whatever happens. */
export interface Stage {
  /** Aborts when the stage is to be left at once: the user interrupts, or time is up. */
  readonly signal: AbortSignal
  /**
   * A reference server. Several of one strategy on one Redis are its instances: they share keys and stored sessions.
   * @throws AuthbenchError with the server's own code, CHILD_DIED or CHILD_SILENT
   */
  server(strategy: string, wish?: ServerWish): Promise<Subject>
  /** A throw-away one, also where the user has brought one: it may be killed. */
  redis(): Promise<ProvidedRedis>
  /** A temporary one. */
  folder(): Promise<string>
  /** Whatever else has to be started and ended: it is ended also when the stage was left before it was there. */
  keep<Started>(start: Promise<Started>, end: (started: Started) => unknown): Promise<Started>
  /** To be done when the stage is left. */
  defer(end: () => unknown): void
}

export interface TrialWish {
  readonly limitMs: number
}

export interface ExperimentContext<Observation> extends Stage {
  readonly seed: number
  readonly random: Random
  readonly count: TrialCount
  readonly strategies: readonly StrategyInfo[]
  readonly transport: 'bearer' | 'cookie'
  readonly ttlSeconds: number
  readonly keys: KeyMaterial
  readonly token: TokenProfile
  /** Strategies that come from files of the user: id to file. `server` knows them. */
  readonly files: ReadonlyMap<string, string>
  /** Whether this machine has it; what is left out without it is for `leaveOut`. */
  has(need: Need): boolean
  /**
   * One trial, on a stage of its own. What it returns is observed; where it throws, or is not done in time, it is void and counted with
   * its reason. @returns whether it was observed
   */
  trial(
    wish: TrialWish,
    work: (stage: Stage) => Promise<Observation | readonly Observation[]>,
  ): Promise<boolean>
  /** Kept at once. For what is no trial of `trial`. */
  observe(observation: Observation): void
  /** Ends the experiment when too many are void. */
  voidTrial(reason: string): void
  /** What this machine does not allow, as a sentence. */
  leaveOut(sentence: string): void
  /** A line for whoever watches. */
  say(line: string): void
}
