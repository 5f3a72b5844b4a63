import type { Results } from '../../results/results.ts'
import { formatCount } from '../../units.ts'
import type { Group } from './group.ts'

/** Checks that say: the throughput is right, but it is no capacity. */
const LABELS: Readonly<Record<string, string>> = {
  generator: 'the load generator was at or near its limit',
  saturation: 'the server was not saturated',
}

interface Label {
  readonly check: string
  /** Null where so many strategies share it that the checks do not tell which. */
  readonly strategy: string | null
  readonly cells: number
}

function labelsOf({ validity }: Results, group: Group): readonly Label[] {
  return validity.checks
    .filter(({ id, outcome }) => id in LABELS && (outcome === 'warn' || outcome === 'invalid'))
    .filter(({ scenario }) => scenario === null || scenario === group.scenario.id)
    .map(({ id, strategy, cells }) => ({ check: id, strategy, cells }))
}

/** Whether the throughput of the strategy is known to be less than, or something else than, its capacity. */
export const isLimited = (results: Results, group: Group, strategy: string): boolean =>
  labelsOf(results, group).some((label) => label.strategy === strategy)

/** Whether a search for a rate ended at `--max-rate`: the server may serve more. */
export const reachedMaxRate = (
  { config: { maxRate }, rounds }: Results,
  { kind, scenario }: Group,
  strategy: string,
): boolean =>
  maxRate !== undefined &&
  kind === 'search' &&
  rounds.some(
    (row) =>
      row.scenario === scenario.id &&
      row.strategy === strategy &&
      row.metric === 'slo.rate' &&
      row.values.some(({ value }) => value >= maxRate),
  )

/** `the server was not saturated in 9 cells`, for what is said of these strategies or of all; null where nothing is. */
export function limitText(results: Results, group: Group, strategies: readonly string[]): string | null {
  const labels = labelsOf(results, group).filter(
    ({ strategy }) => strategy === null || strategies.includes(strategy),
  )
  const parts = Object.entries(LABELS).flatMap(([check, words]) => {
    const [own, shared] = [true, false].map((isOwn) =>
      labels
        .filter((label) => label.check === check && (label.strategy !== null) === isOwn)
        .reduce((sum, { cells }) => sum + cells, 0),
    )
    return [
      ...(own ? [`${words} in ${formatCount(own, 'cell')}`] : []),
      ...(shared ? [`${words} in ${formatCount(shared, 'cell')} of several strategies`] : []),
    ]
  })
  return parts.length === 0 ? null : parts.join('; ')
}
