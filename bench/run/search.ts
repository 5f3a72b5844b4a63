import { afterTrial, startSearch } from '../../src/plan/rate-search.ts'
import { type PlannedRound, passOrder } from '../../src/plan/rounds.ts'
import { decodeHistogram } from '../../src/results/histogram.ts'
import type { EngineSlice } from '../load/engine.ts'
import type { Generator } from './equipment.ts'
import { isGoing, type Lane, type RoundContext, type Track } from './lane.ts'
import { arrivalsOf, measureSlice } from './slice.ts'

/** Share of the capacity at which the search begins. */
const START = 0.5
/** A server that falls behind has not kept the rate, whatever its latencies say. */
const KEPT = 0.99

/** Whether a window kept the rate and the latency limit, with every answer the right one. */
export function isKept({ pacing, responses, requests, latencyHdr }: EngineSlice, limitMs: number): boolean {
  if (pacing === null || responses === 0 || responses !== requests || responses !== pacing.arrivals)
    return false
  return (
    pacing.achievedRate >= KEPT * pacing.targetRate &&
    decodeHistogram(latencyHdr).getValueAtPercentile(99) <= limitMs * 1000
  )
}

/** Trials of all servers alternate, so that a change of the machine meets all of them. */
export async function searchRates(
  plan: PlannedRound,
  lanes: readonly Lane[],
  generator: Generator,
  context: RoundContext,
): Promise<void> {
  const { config, listener } = context
  for (const lane of lanes) {
    const first = config.maxRate ?? START * (lane.capacity ?? 1)
    for (const track of lane.tracks) track.search = startSearch(first, config.maxRate)
  }
  const searching = (lane: Lane, track: Track) => isGoing(lane, context) && track.search?.next !== null
  const isDone = () => lanes.every((lane) => lane.tracks.every((track) => !searching(lane, track)))
  for (let pass = 0; !isDone(); pass++) {
    for (const { position } of passOrder(plan.subjects, pass)) {
      const lane = lanes.find(({ subject }) => subject.position === position)
      for (const [point, track] of lane?.tracks.entries() ?? []) {
        const rate = track.search?.next ?? null
        if (lane === undefined || track.search === null || rate === null || !isGoing(lane, context)) continue
        listener({ type: 'slice', round: plan.round, pass, strategy: lane.subject.strategy })
        const arrivals = arrivalsOf(context, rate, { round: plan.round, point, pass })
        const before = track.slices.length
        await measureSlice(lane, track, generator, { milliseconds: config.trialMs, arrivals }, context)
        const trial = track.slices[before]
        if (trial !== undefined) track.search = afterTrial(track.search, isKept(trial.engine, config.sloMs))
      }
    }
  }
}
