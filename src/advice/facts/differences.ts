import { noiseFactor, pairsOf } from '../../analysis/comparison.ts'
import type { Point, RoundValue } from '../../analysis/subject.ts'
import type { Results } from '../../results/results.ts'
import type { StrategyInfo } from '../../results/strategy-info.ts'
import { medianOf } from '../../stats/median.ts'
import { differenceEstimate } from '../../stats/paired.ts'
import { cpuRounds, roundsOf } from './cpu.ts'
import { sameAs } from './points.ts'

/** `of` less `than`, in microseconds: the ends of the interval over rounds, and how far noise reaches to either side of zero. */
export interface Difference {
  readonly low: number
  readonly high: number
  readonly noise: number
}

/** Null: the run cannot tell, for want of rounds in common or of an A/A interval. */
export interface PairFacts {
  readonly of: string
  readonly than: string
  readonly cpu: Difference | null
  readonly p50: Difference | null
}

/** How far two copies of the same server are apart at that point, as a factor; null where that is not known. */
function bandAt(results: Results, metric: string, point: Point): number | null {
  const bands = results.comparisons.flatMap((each) =>
    each.metric === metric && sameAs(point)(each) && each.band !== null ? [each.band] : [],
  )
  return bands.length > 0 ? Math.max(...bands) : noiseFactor(results.noise[metric] ?? null)
}

/** A page has two of them for every two strategies: as many digits as decide something. */
const short = (value: number): number => Number(value.toPrecision(5))

function differenceOf(
  own: readonly RoundValue[],
  other: readonly RoundValue[],
  band: number | null,
): Difference | null {
  const pairs = pairsOf(own, other)
  if (pairs.length === 0 || band === null) return null
  const { low, high } = differenceEstimate(pairs)
  if (low === null || high === null) return null
  const larger = Math.max(medianOf(pairs.map((pair) => pair.own)), medianOf(pairs.map((pair) => pair.other)))
  const [least = 0, most = 0, noise = 0] = [low, high, (band - 1) * larger].map(short)
  return { low: least, high: most, noise }
}

/** Every two strategies once, compared round by round. */
export function differencesOf(
  results: Results,
  infos: readonly StrategyInfo[],
  { reading, latency }: { readonly reading: Point | null; readonly latency: Point | null },
): readonly PairFacts[] {
  const bands = {
    cpu: reading === null ? null : bandAt(results, 'cpu.server', reading),
    p50: latency === null ? null : bandAt(results, 'latency.p50', latency),
  }
  const subjects = infos.map((info) => ({
    id: info.id,
    cpu: reading === null ? [] : cpuRounds(results, info, reading).values,
    p50: latency === null ? [] : roundsOf(results, info.id, 'latency.p50', latency),
  }))
  return subjects.flatMap((own, index) =>
    subjects.slice(index + 1).map((other) => ({
      of: own.id,
      than: other.id,
      cpu: differenceOf(own.cpu, other.cpu, bands.cpu),
      p50: differenceOf(own.p50, other.p50, bands.p50),
    })),
  )
}
