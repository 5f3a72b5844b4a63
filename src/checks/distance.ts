import type { CellData } from '../metrics/metric.ts'
import type { Check, Way } from '../results/cell.ts'
import { decodeHistogram, mergeHistograms } from '../results/histogram.ts'
import { formatPercent, formatQuantity } from '../units.ts'
import { type CellCheck, judged } from './check.ts'
import { LIMITS } from './limits.ts'

const KINDS = ['store', 'link'] as const
const NAMES: Readonly<Record<Way['kind'], string>> = {
  store: 'way to the store',
  link: 'link to the clients',
}

/** Of nine of ten deliveries, both ways together, in microseconds. */
function latenessOf(ways: readonly Way[]): number {
  const p90 = (read: (way: Way) => string) => {
    const merged = mergeHistograms(ways.map(read))
    return merged.totalCount === 0 ? 0 : merged.getValueAtPercentile(90)
  }
  return p90(({ upLatenessHdr }) => upLatenessHdr) + p90(({ downLatenessHdr }) => downLatenessHdr)
}

/** With fewer deliveries for each request, how late they are shows in no percentile that is judged. */
const FEWEST_PER_REQUEST = 0.001

const deliveriesOf = (ways: readonly Way[]): number =>
  ways
    .flatMap(({ upLatenessHdr, downLatenessHdr }) => [upLatenessHdr, downLatenessHdr])
    .reduce((sum, histogram) => sum + decodeHistogram(histogram).totalCount, 0)

const waysOf = ({ load }: CellData, kind: Way['kind']): readonly Way[] =>
  load.slices.flatMap(({ ways = [] }) => ways.filter((way) => way.kind === kind))

const WORST: readonly Check['outcome'][] = ['invalid', 'warn', 'unknown', 'ok']

/** A proxy that is late or slow makes another world than the one that the cell is named after. */
export const distance: CellCheck = {
  id: 'distance',
  check(cell) {
    const checks = KINDS.flatMap((kind) => {
      const ways = waysOf(cell, kind)
      if (ways.length === 0) return []
      // What a server hears in the background, no request waits for.
      const isUsed = deliveriesOf(ways) >= FEWEST_PER_REQUEST * cell.load.responses
      const late = isUsed ? latenessOf(ways) : 0
      const off = Math.max(0, ...ways.flatMap(({ rateOff }) => rateOff ?? []))
      const words = `${NAMES[kind]} delivered nine of ten within ${formatQuantity(late, 'us')} of their time, both ways together`
      return [
        judged(
          'distance',
          late,
          LIMITS.lateness,
          isUsed ? `The ${words}.` : `No request in a thousand took the ${NAMES[kind]}.`,
        ),
        ...(off > LIMITS.linkRate.invalid
          ? [
              judged(
                'distance',
                off,
                LIMITS.linkRate,
                `The rate of the ${NAMES[kind]} was off by ${formatPercent(off)}.`,
              ),
            ]
          : []),
      ]
    })
    return (
      checks.toSorted((one, other) => WORST.indexOf(one.outcome) - WORST.indexOf(other.outcome))[0] ?? null
    )
  },
}
