// In this folder: the load of a machine that is somebody else's business, which has a rate limit.

import type { PlannedRound } from '../../../src/plan/rounds.ts'
import type { Generator } from '../equipment.ts'
import { attempt, isGoing, type Lane, type RoundContext } from '../lane.ts'
import { arrivalsOf, loadKey } from '../slice.ts'

const WINDOW_MS = 500
/** The windows that count have smaller numbers. */
const FIRST_PASS = 50

/** In the place of a closed loop, which would send as much as it can. */
export async function warmUpAt(
  maxRate: number,
  plan: PlannedRound,
  lanes: readonly Lane[],
  generator: Generator,
  context: RoundContext,
): Promise<void> {
  const { warmupRequests: wanted, warmupLimitMs } = context.config
  for (const lane of lanes) {
    let failed = false
    const goesOn = (window: number) =>
      isGoing(lane, context) && !failed && lane.warmup.requests < wanted && window * WINDOW_MS < warmupLimitMs
    for (let window = 0; goesOn(window); window++) {
      const arrivals = arrivalsOf(context, maxRate, {
        round: plan.round,
        point: 0,
        pass: FIRST_PASS + window,
      })
      await attempt(lane, context.signal, async () => {
        const { slice } = await generator.slice(loadKey(lane, 'paced'), { milliseconds: WINDOW_MS, arrivals })
        lane.warmup = { requests: lane.warmup.requests + slice.responses, converged: null }
        failed = slice.errors + slice.timeouts + slice.unasked > 0
      })
    }
  }
}
