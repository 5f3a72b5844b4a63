import { noiseFactor } from '../analysis/comparison.ts'
import { keyOf } from '../analysis/subject.ts'
import { isCountedInAMix, isSteady, METRICS } from '../metrics/registry.ts'
import type { Change } from '../results/change.ts'
import type { Estimate } from '../results/estimate.ts'
import type { MetricInfo, Results } from '../results/results.ts'
import { medianOf } from '../stats/median.ts'
import { formatNumber } from '../units.ts'
import { changesOf, type RoundRow } from './changes.ts'
import { DEFAULT_GATES, type Gate } from './gate.ts'
import { type Difference, differencesBetween } from './run-differences.ts'

type Judged = Pick<
  Results,
  'environment' | 'rounds' | 'summary' | 'noise' | 'metrics' | 'strategies' | 'scenarios' | 'validity'
>

/** Found by a search of its own in each run, so it means the same in both. */
const RATE_WITHIN_LIMIT = 'slo.rate'
const NOT_COMPARED: readonly string[] = METRICS.filter(({ compared }) => compared === false).map(
  ({ id }) => id,
)

/**
 * Rows that may be compared between two sides: not where each strategy is loaded in proportion to its own capacity. The load of an
 * open loop comes from the capacity that its own run found, so between two runs times under it are times under different loads. A count
 * of a mix depends on where its windows end, and one of a server that asks by the clock on how long they are.
 */
function comparableRows(
  { rounds, summary, strategies, scenarios, metrics }: Judged,
  arm: RoundRow['arm'],
  paired: boolean,
) {
  const byTheClock = strategies.filter(({ background, cache }) => background === true || cache !== null)
  // A mean of unlike requests depends on where windows end.
  const ranges = new Set(
    summary
      .filter(({ estimate }) => estimate.isRange)
      .map((row) => `${row.strategy} ${row.metric} ${keyOf(row)}`),
  )
  return rounds.filter((row) => {
    const scenario = scenarios.find(({ id }) => id === row.scenario)
    if (row.arm !== arm || scenario?.compared === false || NOT_COMPARED.includes(row.metric)) return false
    const unsteady = scenario?.mixed === true || byTheClock.some(({ id }) => id === row.strategy)
    if (unsteady && isCountedInAMix(row.metric)) return false
    if (ranges.has(`${row.strategy} ${row.metric} ${keyOf(row)}`)) return false
    const exact = metrics.find(({ id }) => id === row.metric)?.exact ?? false
    return paired || exact || row.metric === RATE_WITHIN_LIMIT || scenario?.model !== 'open'
  })
}

/** Changes inside one run that measured every strategy from two checkouts; empty where it did not. */
export function changesWithin(run: Judged, gates: readonly Gate[] = DEFAULT_GATES): Change[] {
  const { verdict } = run.validity
  const unsound = verdict === 'invalid' || verdict === 'partial'
  return changesOf(comparableRows(run, 'base', true), comparableRows(run, 'main', true), {
    paired: true,
    gates,
    noise: run.noise,
    metrics: run.metrics,
    withheld: ({ id, exact }) => (unsound && !exact ? `the run is ${verdict}` : ofReplicas({ id }, [run])),
  })
}

/** Of processes beside which nobody loads. */
const isOfServers = ({ id }: MetricInfo) => id.startsWith('cpu.') && id !== 'cpu.generator'
const isBytes = ({ id }: MetricInfo) => id.includes('bytes')

function isWithheld(metric: MetricInfo, { consequence }: Difference): boolean {
  switch (consequence) {
    case 'label':
      return false
    case 'throughput and latency not judged':
      return !metric.exact && !isSteady(metric.id) && !isOfServers(metric)
    case 'timed metrics not judged':
      return !metric.exact && !isSteady(metric.id)
    case 'timed metrics and allocation not judged':
      return !metric.exact
    case 'timed metrics, allocation and bytes not judged':
      return !metric.exact || isBytes(metric)
    case 'nothing is judged':
      return true
  }
}

/** The first difference that forbids to judge the metric, in words. */
function objectionTo(metric: MetricInfo, differences: readonly Difference[]): string | null {
  const difference = differences.find((each) => isWithheld(metric, each))
  return difference === undefined
    ? null
    : `the runs differ in ${difference.what} (${difference.base} against ${difference.head})`
}

/** A search that ended at `--max-rate` says nothing about what is above it: of two runs, the one with the lower rate has to have an end of its own. */
function ceilingOf({ id }: MetricInfo, base: Results, head: Results): string | null {
  if (id !== RATE_WITHIN_LIMIT) return null
  const [before, after] = [base, head].map(({ rounds }) =>
    medianOf(rounds.flatMap(({ metric, values }) => (metric === id ? values.map(({ value }) => value) : []))),
  )
  const lower = (after ?? 0) < (before ?? 0) ? head : base
  const { maxRate = Number.POSITIVE_INFINITY } = lower.config
  const reached = lower.rounds.some(
    ({ metric, values }) => metric === id && values.some(({ value }) => value >= maxRate),
  )
  return reached ? `no rate above ${formatNumber(maxRate)} requests per second was tried` : null
}

const ACKNOWLEDGED = 'redis.bytes'

/** They acknowledge by the clock, whatever requests do. */
const ofReplicas = (
  { id }: Pick<MetricInfo, 'id'>,
  runs: readonly Pick<Results, 'environment'>[],
): string | null =>
  id === ACKNOWLEDGED && runs.some(({ environment }) => environment.redisReplicas !== undefined)
    ? 'Redis has replicas, and what they acknowledge is in its bytes'
    : null

const isNoisier = (one: Estimate, other: Estimate): boolean =>
  (noiseFactor(one) ?? Infinity) > (noiseFactor(other) ?? Infinity)

/** Of each metric the wider A/A interval; the noise of either run is in a difference between them. */
function noisier(one: Results['noise'], other: Results['noise']): Results['noise'] {
  const worst = { ...one }
  for (const [metric, estimate] of Object.entries(other)) {
    const before = worst[metric]
    if (before === undefined || isNoisier(estimate, before)) worst[metric] = estimate
  }
  return worst
}

/** Changes between two stored runs, which were measured at different times: unpaired, and the machine's own change is in them. */
export function changesBetween(
  base: Results,
  head: Results,
  gates: readonly Gate[] = DEFAULT_GATES,
): { readonly changes: readonly Change[]; readonly differences: readonly Difference[] } {
  const differences = differencesBetween(base, head)
  const changes = changesOf(comparableRows(base, 'main', false), comparableRows(head, 'main', false), {
    paired: false,
    gates,
    noise: noisier(base.noise, head.noise),
    metrics: head.metrics,
    withheld: (metric) =>
      objectionTo(metric, differences) ?? ceilingOf(metric, base, head) ?? ofReplicas(metric, [base, head]),
  })
  return { changes, differences }
}
