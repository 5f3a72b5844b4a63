import { type PlannedRound, passOrder } from '../../src/plan/rounds.ts'
import { AuthbenchError } from '../../src/results/errors.ts'
import { formatCount } from '../../src/units.ts'
import type { EngineSlice } from '../load/engine.ts'
import type { Generator } from './equipment.ts'
import { attempt, isGoing, type Lane, type RoundContext } from './lane.ts'
import { loadKey } from './slice.ts'

const PASSES = 2

/** What every server answers in a closed loop, in this round: an open loop is a share of it. */
export async function measureCapacities(
  plan: PlannedRound,
  lanes: readonly Lane[],
  generator: Generator,
  context: RoundContext,
): Promise<void> {
  const { config, signal } = context
  const seen = new Map<Lane, { requests: number; seconds: number }>()
  for (let pass = 0; pass < PASSES; pass++) {
    for (const { position } of passOrder(plan.subjects, pass)) {
      const lane = lanes.find(({ subject }) => subject.position === position)
      if (lane === undefined || !isGoing(lane, context)) continue
      await attempt(lane, signal, async () => {
        const window = { milliseconds: config.sliceMs, arrivals: null }
        const { slice } = await generator.slice(loadKey(lane, 'autocannon'), window)
        assertSound(slice, 'while its capacity was measured')
        const known = seen.get(lane) ?? { requests: 0, seconds: 0 }
        known.requests += slice.requests
        known.seconds += slice.seconds
        seen.set(lane, known)
        lane.capacity = known.requests / known.seconds
      })
    }
  }
}

/**
 * A rate that is a share of wrong answers, or of none, is a wrong rate for everybody.
 * @throws AuthbenchError LOAD_UNSOUND
 */
export function assertSound(slice: EngineSlice, when: string): void {
  const { responses, requests, errors, timeouts, unasked } = slice
  const failures = errors + timeouts + unasked
  if (failures === 0 && responses === requests && requests > 0) return
  const seen = Object.entries(slice.statuses).map(([status, count]) => `${count} of ${status}`)
  throw new AuthbenchError(
    'LOAD_UNSOUND',
    `${when}: ${formatCount(requests, 'right answer')}, ${formatCount(failures, 'failed connection')}${seen.length === 0 ? '' : `, ${seen.join(', ')}`}`,
    { next: 'The cell is marked failed and the run goes on; look at what the server answers.', exitCode: 3 },
  )
}

const isKnown = (capacity: number | null): capacity is number => capacity !== null && capacity > 0

/**
 * Requests per second at a share of the capacity; null where nothing was answered. The slowest server stays the slowest when it fails
 * later: the load of the others must not change in the middle.
 * @param lanes all of the round
 */
export function rateOf(
  lane: Lane,
  lanes: readonly Lane[],
  share: number,
  { scenario }: RoundContext,
): number | null {
  if (!isKnown(lane.capacity)) return null
  const isOwn = scenario.load.kind === 'paced' && scenario.load.capacity === 'own'
  return share * (isOwn ? lane.capacity : Math.min(...lanes.map(({ capacity }) => capacity).filter(isKnown)))
}
