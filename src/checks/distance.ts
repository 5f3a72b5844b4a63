import type { CellData } from '../metrics/metric.ts'
import type { Check, Way } from '../results/cell.ts'
import { mergeHistograms } from '../results/histogram.ts'
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
      const late = latenessOf(ways)
      const off = Math.max(0, ...ways.flatMap(({ rateOff }) => rateOff ?? []))
      const words = `${NAMES[kind]} delivered nine of ten within ${formatQuantity(late, 'us')} of their time, both ways together`
      return [
        judged('distance', late, LIMITS.lateness, `The ${words}.`),
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
