export interface Profile {
  /** One sentence for `--help`, README and `authbench list profiles`. */
  readonly purpose: string
  readonly rounds: number
  readonly slicesPerRound: number
  readonly sliceMs: number
  readonly warmupMs: number
  readonly pool: number
}

/** How much evidence a run collects. Fewer than 6 rounds have no 95 % interval, so `smoke` names no winner. */
export const PROFILES = {
  smoke: {
    purpose: 'seconds; proves the pipeline and names no winner',
    rounds: 1,
    slicesPerRound: 2,
    sliceMs: 100,
    warmupMs: 100,
    pool: 100,
  },
  quick: {
    purpose: 'two minutes; the default',
    rounds: 6,
    slicesPerRound: 4,
    sliceMs: 250,
    warmupMs: 500,
    pool: 1000,
  },
  ci: {
    purpose: 'several minutes; enough rounds to gate a change',
    rounds: 12,
    slicesPerRound: 8,
    sliceMs: 250,
    warmupMs: 1000,
    pool: 1000,
  },
  full: {
    purpose: 'half an hour; for publishing',
    rounds: 20,
    slicesPerRound: 12,
    sliceMs: 500,
    warmupMs: 3000,
    pool: 1000,
  },
} as const satisfies Record<string, Profile>

export type ProfileId = keyof typeof PROFILES
