import { formatPercent } from '../../../src/units.ts'

interface Round<Observation> {
  readonly observations: readonly Observation[]
  /** The least that the measured processes got of their cores. */
  readonly share: number
}

/**
 * So many rounds in which the processes had their cores for themselves; others are made again, as many times as there are rounds.
 * @throws Error where that was not enough
 */
export async function undisturbedRounds<Observation>(
  wanted: number,
  leastShare: number,
  make: (round: number) => Promise<Round<Observation>>,
): Promise<readonly Observation[]> {
  const observed: Observation[] = []
  let disturbed = 0
  for (let round = 0; round < wanted; ) {
    const { observations, share } = await make(round)
    if (share >= leastShare) {
      observed.push(...observations)
      round += 1
      continue
    }
    disturbed += 1
    if (disturbed > wanted)
      throw new Error(
        `servers got ${formatPercent(share)} of their core, and others the rest: ${disturbed} rounds were disturbed`,
      )
  }
  return observed
}
