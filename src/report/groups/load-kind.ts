import type { Params } from '../../results/cell.ts'
import type { ScenarioInfo } from '../../results/results.ts'
import { formatPercent } from '../../units.ts'
import { worldParamText } from '../../worlds/words.ts'

/**
 * What a group may be read for.
 * - `closed`: cost and throughput
 * - `same rate`: waiting, every strategy under the same arrivals
 * - `own rate`: how waiting grows with load; each strategy has a rate of its own, so nothing is compared across strategies
 * - `search`: the highest rate within the latency limit
 */
export type LoadKind = 'closed' | 'same rate' | 'own rate' | 'search'

/** @param metrics that the group has values of; a search has no one arrival rate */
export function loadKindOf(
  { model, compared }: Pick<ScenarioInfo, 'model' | 'compared'>,
  metrics: readonly string[],
): LoadKind {
  if (model === 'closed') return 'closed'
  if (!metrics.includes('load.rate')) return 'search'
  return compared ? 'same rate' : 'own rate'
}

/** `half`, `80 %`: a share of what a server serves. */
export const shareText = (load: number): string => (load === 0.5 ? 'half' : formatShare(load))
/** `80 %`, without the decimal that a measured share has. */
export const formatShare = (load: number): string => formatPercent(load).replace(/\.0 /, ' ')

const OF_WHAT: Readonly<Record<LoadKind, string | null>> = {
  closed: null,
  search: null,
  'same rate': 'what the slowest serves',
  'own rate': 'what each serves',
}

/** `at 50 % of what the slowest serves`, `connections 64`. */
function paramText(kind: LoadKind, name: string, value: number | string): string {
  const whole = OF_WHAT[kind]
  return name === 'load' && typeof value === 'number' && whole !== null
    ? `at ${formatShare(value)} of ${whole}`
    : (worldParamText(name, value) ?? `${name} ${value}`)
}

/** Empty where the scenario has one point only. */
export const pointText = (kind: LoadKind, params: Params): string =>
  Object.entries(params)
    .map(([name, value]) => paramText(kind, name, value))
    .join(', ')

export const loadOf = ({ load }: Params): number | null => (typeof load === 'number' ? load : null)

/** Percentiles of latency, the furthest first. */
const TAILS = ['latency.p99', 'latency.p90', 'latency.p50'] as const

/**
 * The furthest percentile that every strategy has whose latency was measured at all: short windows hold too few requests for p99.
 * @param has whether the strategy has a value of the metric, everywhere where it is asked for
 */
export function tailOf<Strategy>(
  strategies: readonly Strategy[],
  has: (strategy: Strategy, metric: string) => boolean,
): (typeof TAILS)[number] | null {
  const timed = strategies.filter((strategy) => has(strategy, 'latency.p50'))
  if (timed.length === 0) return null
  return TAILS.find((metric) => timed.every((strategy) => has(strategy, metric))) ?? null
}

const SERVED_WITHIN: Readonly<Record<string, string>> = {
  'latency.p99': '99 of 100 requests',
  'latency.p90': '9 of 10 requests',
  'latency.p50': 'half of the requests',
}

/** `99 of 100 requests` for the id of a latency metric. */
export const servedText = (metric: string): string => SERVED_WITHIN[metric] ?? 'requests'
