export interface Profile {
  /** One sentence for `--help`, README and `authbench list profiles`. */
  readonly purpose: string
  readonly rounds: number
  readonly slicesPerRound: number
  readonly sliceMs: number
  /** Requests that every server answers before it is measured, at most for `warmupLimitMs`. */
  readonly warmupRequests: number
  readonly warmupLimitMs: number
  readonly pool: number
}

/**
 * V8 compiles most functions on the way of a request with its best compiler at 5,000 to 7,000 requests (with the threshold
 * of `bench/process/child.ts`); before that the same server costs up to 1.7 times as much.
 */
const STEADY_STATE_REQUESTS = 8000

/** How much evidence a run collects. Fewer than 6 rounds have no 95 % interval, so `smoke` names no winner. */
export const PROFILES = {
  smoke: {
    purpose: 'seconds; proves the pipeline and names no winner',
    rounds: 1,
    slicesPerRound: 2,
    sliceMs: 100,
    warmupRequests: 200,
    warmupLimitMs: 2000,
    pool: 100,
  },
  quick: {
    purpose: 'two minutes; the default',
    rounds: 6,
    slicesPerRound: 4,
    sliceMs: 125,
    warmupRequests: STEADY_STATE_REQUESTS,
    warmupLimitMs: 20_000,
    pool: 1000,
  },
  ci: {
    purpose: 'several minutes; enough rounds to gate a change',
    rounds: 12,
    slicesPerRound: 8,
    sliceMs: 250,
    warmupRequests: STEADY_STATE_REQUESTS,
    warmupLimitMs: 30_000,
    pool: 1000,
  },
  full: {
    purpose: 'half an hour; for publishing',
    rounds: 20,
    slicesPerRound: 12,
    sliceMs: 500,
    warmupRequests: 2 * STEADY_STATE_REQUESTS,
    warmupLimitMs: 60_000,
    pool: 1000,
  },
} as const satisfies Record<string, Profile>

export type ProfileId = keyof typeof PROFILES
