import { cohortsOf } from './analysis/cohorts.ts'
import { compare, constantEstimate, noiseFactor, noiseOf } from './analysis/comparison.ts'
import { crossoversOf } from './analysis/crossovers.ts'
import { frontierOf } from './analysis/frontier.ts'
import { handlerWorkOf } from './analysis/handler-work.ts'
import { spectrumOf } from './analysis/latency-spectrum.ts'
import { refusalsOf } from './analysis/refusals.ts'
import { entrantsOf } from './analysis/strategies-in-scenario.ts'
import {
  cellsBySubject,
  type Point,
  pointsOf,
  type Subject,
  subjectOf,
  valuesOf,
} from './analysis/subject.ts'
import { validityOf } from './analysis/validity.ts'
import { judgeClaims } from './claims/registry.ts'
import { findingsOf } from './findings/registry.ts'
import { changesWithin } from './gates/changes-of-runs.ts'
import type { Gate } from './gates/gate.ts'
import type { Metric } from './metrics/metric.ts'
import { metricInfosOf, metricsOf, ofAMix } from './metrics/registry.ts'
import { armSchema, type Cell, isRefused } from './results/cell.ts'
import type { MeasuredResults } from './results/results.ts'
import {
  type Comparison,
  type Estimate,
  RESULTS_SCHEMA_ID,
  type Results,
  type Summary,
} from './results/results.ts'
import { medianEstimate } from './stats/order-statistic.ts'

/** Everything about a run that is not in its cells. */
export type AnalysisContext = Pick<
  Results,
  'run' | 'environment' | 'inputs' | 'config' | 'strategies' | 'scenarios'
> & {
  /** What the change against another checkout is held to. */
  readonly gates: readonly Gate[]
}

/** Metrics for which every strategy is compared with every other, not only with the baseline. */
const ALL_PAIRS: readonly string[] = [
  'cpu.server',
  'memory.allocated',
  'cpu.total',
  'throughput',
  'slo.rate',
  'latency.p50',
  'latency.p99',
]

/** All subjects of one point: every strategy once, and the twin of the baseline. */
interface Contest {
  readonly point: Point
  readonly metrics: readonly Metric[]
  readonly baseline: string | undefined
  readonly subjects: readonly Subject[]
  readonly noise: ReadonlyMap<Metric, Estimate>
}

function summaries({ subjects, metrics }: Contest): Summary[] {
  return subjects.flatMap((subject) =>
    subject.arm !== 'main'
      ? []
      : metrics.flatMap((metric) => {
          const values = valuesOf(subject, metric).map(({ value }) => value)
          if (values.length === 0) return []
          const { strategy, scenario, params } = subject
          const estimate =
            rangeEstimate(values, subject, metric) ??
            (metric.exact ? constantEstimate(values) : null) ??
            medianEstimate(values)
          return [
            {
              strategy,
              scenario,
              params,
              metric: metric.id,
              unit: metric.unit,
              better: metric.better,
              estimate,
            },
          ]
        }),
  )
}

/** Null where every request weighed the same. */
function rangeEstimate(values: readonly number[], { cells }: Subject, metric: Metric): Estimate | null {
  const ranges = cells.flatMap((cell) => metric.range?.(cell) ?? [])
  if (ranges.length === 0) return null
  const { value } = medianEstimate(values)
  return {
    value,
    low: Math.min(value, ...ranges.map(({ least }) => least)),
    high: Math.max(value, ...ranges.map(({ most }) => most)),
    rounds: values.length,
    isRange: true,
  }
}

/** What differs from request to request is not the same in every round either. */
const asCounted = (metric: Metric, subjects: readonly Subject[]): Metric =>
  metric.exact && subjects.some(({ cells }) => cells.some((cell) => (metric.range?.(cell) ?? null) !== null))
    ? { ...metric, exact: false }
    : metric

function comparisons(
  { point, metrics, baseline: reference, subjects, noise }: Contest,
  scenarios: AnalysisContext['scenarios'],
): Comparison[] {
  if (scenarios.find(({ id }) => id === point.scenario)?.compared === false) return []
  const mains = subjects.filter(({ arm }) => arm === 'main')
  return metrics
    .filter(({ compared }) => compared !== false)
    .flatMap((metric) =>
      mains.flatMap((subject, index) =>
        mains
          .slice(0, index)
          .filter(({ strategy }) => strategy === reference || ALL_PAIRS.includes(metric.id))
          .flatMap((baseline) => compare(metric, subject, baseline, noise.get(metric) ?? null) ?? []),
      ),
    )
}

function noiseFloor(subjects: readonly Subject[], metrics: readonly Metric[]): Map<Metric, Estimate> {
  const twin = subjects.find(({ arm }) => arm === 'twin')
  const main = subjects.find(({ arm, strategy }) => arm === 'main' && strategy === twin?.strategy)
  if (twin === undefined || main === undefined) return new Map()
  return new Map(
    metrics
      .filter(({ compared }) => compared !== false)
      .flatMap((metric): [Metric, Estimate][] => {
        const noise = noiseOf(metric, main, twin)
        return noise === null ? [] : [[metric, noise]]
      }),
  )
}

/** Of several points the noisiest: the report shows one badge for the run. */
function noisiest(contests: readonly Contest[]): Results['noise'] {
  const found: Record<string, Estimate> = {}
  for (const { noise } of contests) {
    for (const [metric, estimate] of noise) {
      const before = found[metric.id]
      const isWider =
        before === undefined || (noiseFactor(estimate) ?? Infinity) > (noiseFactor(before) ?? Infinity)
      if (isWider) found[metric.id] = estimate
    }
  }
  return found
}

const roundsOf = (subjects: readonly Subject[], metrics: readonly Metric[]): Results['rounds'] =>
  subjects.flatMap((subject) =>
    metrics.flatMap((metric) => {
      const { strategy, arm, scenario, params } = subject
      const values = [...valuesOf(subject, metric)]
      return values.length === 0 ? [] : [{ strategy, arm, scenario, params, metric: metric.id, values }]
    }),
  )

/** The worst answer in any round: accepted is worse than refused, except for the strategy's own credential. */
function probes(cells: readonly Cell[], strategies: AnalysisContext['strategies']): Results['probes'] {
  return strategies.flatMap(({ id }) => {
    const seen = cells.flatMap((cell) =>
      cell.strategy === id && (cell.state === 'completed' || cell.state === 'invalid') ? [cell.probe] : [],
    )
    if (seen.length === 0) return []
    return [
      {
        strategy: id,
        ownStatus: Math.max(...seen.map(({ ownStatus }) => ownStatus)),
        anonymousStatus: Math.min(...seen.map(({ anonymousStatus }) => anonymousStatus)),
        revokedStatus: seen.reduce<number | null>(
          (worst, { revokedStatus }) =>
            revokedStatus === null ? worst : Math.min(worst ?? revokedStatus, revokedStatus),
          null,
        ),
      },
    ]
  })
}

/**
 * What the cells of a run say; the same for the same cells. Only completed cells give numbers, paired by round.
 */
export function analyse(cells: readonly Cell[], context: AnalysisContext): Results {
  const ids = context.strategies.map(({ id }) => id)
  const own = cells.filter(({ strategy }) => ids.includes(strategy))
  const points = pointsOf(own, context.scenarios)
  const all = metricsOf(context.config)
  const metrics = metricInfosOf(context.config)
  const timed = context.config.timed !== false
  const attemptsOf = cellsBySubject(own)
  const contests = points.map((point): Contest => {
    const { strategies, baseline } = entrantsOf(point, context)
    const inOrder = strategies.toSorted((a, b) => Number(b.id === baseline) - Number(a.id === baseline))
    const mixed = context.scenarios.find(({ id }) => id === point.scenario)?.mixed === true
    const subjects = inOrder.flatMap(({ id }) =>
      armSchema.options
        .map((arm) => subjectOf(point, id, arm, attemptsOf(point, id, arm)))
        .filter((subject) => subject.cells.length > 0),
    )
    const metrics = all.map((metric) => asCounted(mixed ? ofAMix(metric) : metric, subjects))
    return { point, metrics, baseline, subjects, noise: noiseFloor(subjects, metrics) }
  })
  const subjects = contests.flatMap((contest) => contest.subjects)
  const mains = subjects.filter(({ arm }) => arm === 'main')
  const { gates, ...about } = context
  const isCompared = ({ point }: Contest) =>
    context.scenarios.find(({ id }) => id === point.scenario)?.compared !== false
  const noise = noisiest(contests.filter(isCompared))
  const rounds = roundsOf(subjects, all)
  const summary = contests.flatMap(summaries)
  const validity = validityOf(own, points, attemptsOf, context)
  const refusals = refusalsOf(own)
  const told: MeasuredResults = {
    ...about,
    schema: RESULTS_SCHEMA_ID,
    strategies: [...context.strategies],
    scenarios: [...context.scenarios],
    metrics,
    summary,
    comparisons: contests.flatMap((contest) => comparisons(contest, context.scenarios)),
    spectra: timed ? mains.flatMap((subject) => spectrumOf(subject) ?? []) : [],
    cohorts: timed ? mains.flatMap(cohortsOf) : [],
    rounds,
    changes: context.config.against
      ? changesWithin(
          {
            environment: about.environment,
            rounds,
            summary,
            noise,
            metrics,
            strategies: [...context.strategies],
            scenarios: [...context.scenarios],
            validity,
          },
          gates,
        )
      : [],
    probes: probes(
      own.filter(({ arm }) => arm !== 'base'),
      context.strategies,
    ),
    validity,
    noise,
    ...(refusals.length === 0 ? {} : { refusals }),
  }
  const handlerWork = handlerWorkOf(told)
  const crossovers = crossoversOf(told)
  const frontier = frontierOf(
    told,
    subjects.flatMap((subject) => subject.cells),
  )
  const measured = {
    ...told,
    ...(handlerWork === null ? {} : { handlerWork }),
    ...(crossovers.length === 0 ? {} : { crossovers }),
    ...(frontier === null ? {} : { frontier }),
  }
  return {
    ...measured,
    claims: judgeClaims(measured),
    findings: findingsOf(
      measured,
      own.filter((cell) => !isRefused(cell)),
    ),
    micro: null,
  }
}
