import type { Metric } from '../metrics/metric.ts'
import { MINIMUM_ROUNDS } from '../results/minimum-rounds.ts'
import type { Comparison, Estimate } from '../results/results.ts'
import {
  differenceEstimate,
  type Pair,
  pairDifferences,
  pairLogRatios,
  ratioEstimate,
} from '../stats/paired.ts'
import { signedRankProbability } from '../stats/signed-rank.ts'
import { type RoundValue, type Subject, valuesOf } from './subject.ts'

/** Values of the rounds that both have. */
export function pairsOf(own: readonly RoundValue[], other: readonly RoundValue[]): Pair[] {
  const byRound = new Map(other.map(({ round, value }) => [round, value]))
  return own.flatMap(({ round, value }) => {
    const partner = byRound.get(round)
    return partner === undefined ? [] : [{ own: value, other: partner }]
  })
}

/** The estimate of a number that is the same in every round; null where it is not. */
export function constantEstimate(values: readonly number[]): Estimate | null {
  const [value] = values
  return value !== undefined && values.every((other) => other === value)
    ? { value, low: value, high: value, rounds: values.length }
    : null
}

function ratioOf(metric: Metric, pairs: readonly Pair[], logRatios: readonly number[]): Estimate {
  const constant = metric.exact ? constantEstimate(pairs.map(({ own, other }) => own / other)) : null
  return constant ?? ratioEstimate(logRatios)
}

/** `twin` / `main`: what the same code shows against itself. Null for exact metrics and where there is no ratio. */
export function noiseOf(metric: Metric, main: Subject, twin: Subject): Estimate | null {
  const pairs = pairsOf(valuesOf(twin, metric), valuesOf(main, metric))
  const logRatios = pairLogRatios(pairs)
  return metric.exact || logRatios === null || pairs.length === 0 ? null : ratioEstimate(logRatios)
}

/**
 * The factor to each side of 1 that noise alone reaches: the further end of the A/A interval. Null without an
 * interval: then nothing can be told from noise.
 */
export function noiseFactor(noise: Estimate | null): number | null {
  if (noise === null || noise.low === null || noise.high === null) return null
  return Math.exp(Math.max(Math.abs(Math.log(noise.low)), Math.abs(Math.log(noise.high))))
}

const areZero = (pairs: readonly Pair[]): boolean => pairs.every(({ own, other }) => own === 0 && other === 0)

function exactVerdict(metric: Metric, differences: readonly number[]): Comparison['verdict'] {
  if (differences.every((difference) => difference === 0)) return 'equal'
  if (differences.every((difference) => difference > 0))
    return metric.better === 'higher' ? 'better' : 'worse'
  if (differences.every((difference) => difference < 0)) return metric.better === 'lower' ? 'better' : 'worse'
  return 'unsure'
}

/** Whether the interval lies wholly outside [floor, ceiling], and on which side. */
export function intervalVerdict(
  metric: Metric,
  { low, high }: Estimate,
  floor: number,
  ceiling: number,
): Comparison['verdict'] {
  if (low !== null && low > ceiling) return metric.better === 'higher' ? 'better' : 'worse'
  if (high !== null && high < floor) return metric.better === 'lower' ? 'better' : 'worse'
  return 'unsure'
}

/**
 * Where there is no ratio, because one side is zero, the difference is judged: zero has no relative noise. Nothing on both
 * sides is not timed at all, and equal after any number of rounds.
 */
function verdictOf(
  metric: Metric,
  pairs: readonly Pair[],
  ratio: Estimate | null,
  difference: Estimate,
  band: number | null,
): Comparison['verdict'] {
  const differences = pairDifferences(pairs)
  if (metric.exact || areZero(pairs)) return exactVerdict(metric, differences)
  if (differences.length < MINIMUM_ROUNDS) return 'not judged'
  if (ratio === null) return intervalVerdict(metric, difference, 0, 0)
  return band === null ? 'unsure' : intervalVerdict(metric, ratio, 1 / band, band)
}

/** Null where the two have no round in common. */
export function compare(
  metric: Metric,
  subject: Subject,
  baseline: Subject,
  noise: Estimate | null,
): Comparison | null {
  const pairs = pairsOf(valuesOf(subject, metric), valuesOf(baseline, metric))
  if (pairs.length === 0) return null
  const differences = pairDifferences(pairs)
  const logRatios = pairLogRatios(pairs)
  const ratio = logRatios === null ? null : ratioOf(metric, pairs, logRatios)
  const counted = metric.exact || areZero(pairs)
  const difference = (counted ? constantEstimate(differences) : null) ?? differenceEstimate(pairs)
  const band = counted ? null : noiseFactor(noise)
  return {
    metric: metric.id,
    unit: metric.unit,
    strategy: subject.strategy,
    baseline: baseline.strategy,
    scenario: subject.scenario,
    params: subject.params,
    ratio,
    difference,
    band,
    p: counted || pairs.length < MINIMUM_ROUNDS ? null : signedRankProbability(logRatios ?? differences),
    verdict: verdictOf(metric, pairs, ratio, difference, band),
  }
}
