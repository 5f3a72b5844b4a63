/** `smoke`: a few, that everything works; `short`: enough for its answer; `full`: for publishing. */
export type TrialCount = 'smoke' | 'short' | 'full'

export interface Profile {
  /** One sentence for `--help`, README and `authbench list profiles`. */
  readonly purpose: string
  /** Run when none are named. */
  readonly strategies: 'usual' | 'all' | readonly string[]
  /** Scenarios that run when none are named. */
  readonly scenarios: readonly string[]
  /** Whether every experiment runs as well, when no scenario is named. Absent: none. */
  readonly experiments?: 'all'
  /** Whom experiments try when no strategy is named, as far as they are about them. Absent: all that they are about. */
  readonly tried?: readonly string[]
  /** How many trials an experiment makes. */
  readonly trials: TrialCount
  readonly rounds: number
  readonly slicesPerRound: number
  readonly sliceMs: number
  /** Of an open loop: long enough for a queue to form and to be drained. */
  readonly pacedSlicesPerRound: number
  readonly pacedSliceMs: number
  /** One trial of a search for a rate. */
  readonly trialMs: number
  /** Requests that every server answers before it is measured, at most for `warmupLimitMs`. */
  readonly warmupRequests: number
  readonly warmupLimitMs: number
  readonly pool: number
  /** False: only counts and what a busy machine hardly moves are reported and judged. Absent: times too. */
  readonly timed?: false
}

/**
 * V8 compiles most functions on the way of a request with its best compiler at 5,000 to 7,000 requests (with the threshold
 * of `bench/process/child.ts`); before that the same server costs up to 1.7 times as much.
 */
const STEADY_STATE_REQUESTS = 8000

/**
 * How much evidence a run collects. Fewer than 6 rounds have no 95 % interval, so `smoke` names no winner. Rounds are many and
 * short, because two processes of the same code differ more than two windows of one process do; the variance budget in
 * results/calibration.md has the figures.
 */
export const PROFILES = {
  smoke: {
    purpose: 'seconds; proves the pipeline and names no winner',
    strategies: 'usual',
    scenarios: ['verify', 'iso-load'],
    trials: 'smoke',
    rounds: 1,
    slicesPerRound: 2,
    sliceMs: 100,
    pacedSlicesPerRound: 2,
    pacedSliceMs: 100,
    trialMs: 100,
    warmupRequests: 200,
    warmupLimitMs: 2000,
    pool: 100,
  },
  gate: {
    purpose: 'a minute for two strategies; counts and allocation alone, for pull requests on a busy machine',
    strategies: 'usual',
    scenarios: ['verify'],
    trials: 'smoke',
    // Three more than the interval of a gate needs: one server in ten compiles to other code, and allocates up to a per cent more.
    rounds: 10,
    slicesPerRound: 2,
    sliceMs: 100,
    pacedSlicesPerRound: 2,
    pacedSliceMs: 100,
    trialMs: 100,
    warmupRequests: STEADY_STATE_REQUESTS,
    warmupLimitMs: 60_000,
    pool: 100,
    timed: false,
  },
  quick: {
    purpose: 'two minutes; the default',
    strategies: 'usual',
    scenarios: ['verify'],
    trials: 'short',
    rounds: 6,
    slicesPerRound: 4,
    sliceMs: 125,
    pacedSlicesPerRound: 4,
    pacedSliceMs: 500,
    trialMs: 300,
    warmupRequests: STEADY_STATE_REQUESTS,
    warmupLimitMs: 20_000,
    pool: 1000,
  },
  ci: {
    purpose: 'several minutes; enough rounds to gate a change',
    strategies: 'usual',
    scenarios: ['verify'],
    trials: 'short',
    rounds: 16,
    slicesPerRound: 12,
    sliceMs: 100,
    pacedSlicesPerRound: 4,
    pacedSliceMs: 500,
    trialMs: 500,
    warmupRequests: STEADY_STATE_REQUESTS,
    warmupLimitMs: 30_000,
    pool: 1000,
  },
  article: {
    purpose: 'an hour; every claim of the article',
    // What its claims are about, each in its fastest form. What a refresh costs, the experiment ttl measures.
    strategies: [
      'none',
      'jwt-hs256-fast',
      'jwt-es256-fast',
      'session-redis',
      'session-near-cache',
      'jwt-blacklist',
      'jwt-blacklist-local',
    ],
    scenarios: ['verify', 'handler-work', 'claims-size', 'store-distance', 'blacklist-size'],
    experiments: 'all',
    tried: [
      'none',
      'jwt-hs256-fast',
      'jwt-es256-fast',
      'session-redis',
      'session-near-cache',
      'session-memory',
      'jwt-blacklist',
      'jwt-blacklist-local',
      'jwt-refresh',
      'jwt-not-before',
      'jwt-refresh-leeway',
      'jwt-refresh-idempotent',
      'jwt-dpop',
      'jwt-jwks',
      'introspection',
    ],
    trials: 'short',
    rounds: 6,
    slicesPerRound: 4,
    sliceMs: 100,
    pacedSlicesPerRound: 4,
    pacedSliceMs: 500,
    trialMs: 300,
    warmupRequests: STEADY_STATE_REQUESTS,
    warmupLimitMs: 20_000,
    pool: 1000,
  },
  full: {
    purpose: 'a day with all strategies, hours with a few of them; for publishing',
    strategies: 'all',
    scenarios: [
      'verify',
      'iso-load',
      'login',
      'logout',
      'refresh',
      'mixed',
      'handler-work',
      'claims-size',
      'store-distance',
      'blacklist-size',
    ],
    experiments: 'all',
    trials: 'full',
    rounds: 24,
    slicesPerRound: 12,
    sliceMs: 250,
    pacedSlicesPerRound: 6,
    pacedSliceMs: 500,
    trialMs: 1000,
    warmupRequests: 2 * STEADY_STATE_REQUESTS,
    warmupLimitMs: 60_000,
    pool: 1000,
  },
} as const satisfies Record<string, Profile>

export type ProfileId = keyof typeof PROFILES

/** Of the strategies that an experiment is about, those that the profile tries; all where that would be none. */
export function triedIn(profile: ProfileId, about: readonly string[]): readonly string[] {
  const { tried }: Profile = PROFILES[profile]
  const some = tried === undefined ? about : about.filter((id) => tried.includes(id))
  return some.length === 0 ? about : some
}

/** Profiles whose runs tell times, in rising order of their length. */
export const TIMED_PROFILES: readonly (readonly [string, Profile])[] = Object.entries<Profile>(
  PROFILES,
).filter(([, { timed }]) => timed !== false)
