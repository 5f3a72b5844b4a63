import { constantEstimate, pairsOf } from '../analysis/comparison.ts'
import { keyOf } from '../analysis/subject.ts'
import type { Change } from '../results/change.ts'
import type { Estimate } from '../results/estimate.ts'
import { MINIMUM_ROUNDS } from '../results/minimum-rounds.ts'
import type { MetricInfo, Results } from '../results/results.ts'
import { holm } from '../stats/holm.ts'
import { medianEstimate } from '../stats/order-statistic.ts'
import { exponential, type Pair, pairLogRatios, ratioEstimate } from '../stats/paired.ts'
import { rankSumProbability, shiftEstimate } from '../stats/rank-sum.ts'
import { signedRankProbability } from '../stats/signed-rank.ts'
import type { Gate } from './gate.ts'
import { judgeExact, judgeTimed, type Sides, worsening } from './judgement.ts'

export type RoundRow = Results['rounds'][number]

export interface ChangeOptions {
  /** Whether rounds of the same number were measured next to each other in time. */
  readonly paired: boolean
  readonly gates: readonly Gate[]
  /** A/A ratio of each metric. */
  readonly noise: Results['noise']
  readonly metrics: readonly MetricInfo[]
  /** Why a metric may not be judged here at all; null where it may. */
  readonly withheld?: (metric: MetricInfo) => string | null
}

/**
 * Of the intervals that decide. 97.5 % instead of 95 %, because a run whose gate stays open is extended once and looked at again
 * (Bonferroni over two looks).
 */
export const GATE_CONFIDENCE = 0.975

/** head / base of a timed metric, and p of "nothing changed"; null where a value is zero. */
function timedRatio(
  paired: boolean,
  base: readonly number[],
  head: readonly number[],
  common: readonly Pair[],
): { readonly ratio: Estimate; readonly p: number | null } | null {
  if (paired) {
    const logRatios = pairLogRatios(common)
    if (logRatios === null || logRatios.length === 0) return null
    const p = logRatios.length < MINIMUM_ROUNDS ? null : signedRankProbability(logRatios)
    return { ratio: ratioEstimate(logRatios, GATE_CONFIDENCE), p }
  }
  if (base.length === 0 || head.length === 0 || [...base, ...head].some((value) => value <= 0)) return null
  const [own, other] = [head.map(Math.log), base.map(Math.log)]
  const p = Math.min(base.length, head.length) < MINIMUM_ROUNDS ? null : rankSumProbability(own, other)
  return { ratio: exponential(shiftEstimate(own, other, GATE_CONFIDENCE)), p }
}

/** Without an interval where the count changes from round to round: it has no distribution to speak of. */
function exactRatio(common: readonly Pair[]): Estimate | null {
  if (common.length === 0 || common.some(({ other }) => other === 0)) return null
  const ratios = common.map(({ own, other }) => own / other)
  return constantEstimate(ratios) ?? { ...medianEstimate(ratios), low: null, high: null }
}

/** No values: zero rounds. */
function estimateOf({ exact }: MetricInfo, values: readonly number[]): Estimate {
  if (values.length === 0) return { value: 0, low: null, high: null, rounds: 0 }
  return (exact ? constantEstimate(values) : null) ?? medianEstimate(values)
}

function objectionTo(metric: MetricInfo, { withheld, noise }: ChangeOptions): string | null {
  const withoutControl = !metric.exact && Object.keys(noise).length === 0
  return withheld?.(metric) ?? (withoutControl ? 'there is no A/A control, so the noise is unknown' : null)
}

function changeOf(baseRow: RoundRow, headRow: RoundRow, metric: MetricInfo, options: ChangeOptions): Change {
  const { paired, gates, noise } = options
  const gate = gates.find((each) => each.metric === metric.id)
  const common = pairsOf(headRow.values, baseRow.values)
  const sides: Sides = {
    metric,
    base: baseRow.values.map(({ value }) => value),
    head: headRow.values.map(({ value }) => value),
    common,
    paired,
    limit: gate?.limit ?? null,
    confidence: GATE_CONFIDENCE,
  }
  const objection = objectionTo(metric, options)
  const timed = metric.exact || objection !== null ? null : timedRatio(paired, sides.base, sides.head, common)
  const ratio = metric.exact && objection === null ? exactRatio(common) : (timed?.ratio ?? null)
  const judgement =
    objection !== null
      ? { verdict: 'inconclusive' as const, why: `not judged: ${objection}` }
      : metric.exact
        ? judgeExact(sides)
        : judgeTimed(sides, ratio, noise[metric.id] ?? null)
  return {
    strategy: headRow.strategy,
    scenario: headRow.scenario,
    params: headRow.params,
    metric: metric.id,
    unit: metric.unit,
    better: metric.better,
    exact: metric.exact,
    paired,
    base: estimateOf(metric, sides.base),
    head: estimateOf(metric, sides.head),
    ratio,
    worse: ratio === null ? null : worsening(metric, ratio),
    confidence: GATE_CONFIDENCE,
    limit: sides.limit,
    gating: gate?.gating ?? false,
    p: timed?.p ?? null,
    pHolm: null,
    ...judgement,
  }
}

/**
 * Holm's adjustment over everything that can fail the run. It is shown, so that a reader sees how surprising the smallest p is
 * among so many; the verdict is the interval's alone, whose question (worse than the limit?) is not that of p (any change?).
 */
function withHolm(changes: readonly Change[]): Change[] {
  const tested = changes.filter(({ gating, p }) => gating && p !== null)
  const adjusted = holm(tested.map(({ p }) => p ?? 1))
  const byChange = new Map(tested.map((change, index) => [change, adjusted[index] ?? null]))
  return changes.map((change) => ({ ...change, pHolm: byChange.get(change) ?? null }))
}

/**
 * The head gave no value of a timed metric that the base had, such as no rate at all within the latency limit: not to be judged, and
 * not to be passed over. Counts come and go with the strategies that a run was asked for.
 */
function isLost({ strategy, ...row }: RoundRow, metric: MetricInfo, head: readonly RoundRow[]): boolean {
  return (
    !metric.exact &&
    row.values.some(({ value }) => value !== 0) &&
    head.some((other) => other.strategy === strategy && keyOf(other) === keyOf(row))
  )
}

/** The base tells nothing of a gated, timed metric, such as one that is newer than it is: not to be judged, and to be said. */
function isNew(
  { strategy, ...row }: RoundRow,
  metric: MetricInfo,
  base: readonly RoundRow[],
  gates: readonly Gate[],
) {
  return (
    !metric.exact &&
    gates.some((gate) => gate.gating && gate.metric === metric.id) &&
    base.some((other) => other.strategy === strategy && keyOf(other) === keyOf(row)) &&
    !base.some(
      (other) => other.strategy === strategy && keyOf(other) === keyOf(row) && other.metric === metric.id,
    )
  )
}

/**
 * What changed from base to head, for every strategy, point and metric that both have values of. Paired rounds: Hodges-Lehmann
 * estimate of the log-ratios with its exact signed-rank interval. Otherwise: shift of the logs with its exact rank-sum
 * interval.
 */
export function changesOf(
  base: readonly RoundRow[],
  head: readonly RoundRow[],
  options: ChangeOptions,
): Change[] {
  const key = (row: RoundRow) => JSON.stringify([row.strategy, row.metric, keyOf(row)])
  const heads = new Map(head.map((row) => [key(row), row]))
  const added = head.flatMap((row) => {
    const metric = options.metrics.find(({ id }) => id === row.metric)
    if (metric === undefined || !isNew(row, metric, base, options.gates)) return []
    return [{ ...changeOf({ ...row, values: [] }, row, metric, options), gating: false }]
  })
  return withHolm([
    ...base.flatMap((baseRow) => {
      const metric = options.metrics.find(({ id }) => id === baseRow.metric)
      if (metric === undefined) return []
      const lost = isLost(baseRow, metric, head) ? { ...baseRow, values: [] } : undefined
      const headRow = heads.get(key(baseRow)) ?? lost
      return headRow === undefined ? [] : [changeOf(baseRow, headRow, metric, options)]
    }),
    ...added,
  ])
}
