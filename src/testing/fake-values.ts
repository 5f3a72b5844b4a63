import type { Comparison, Estimate, MetricInfo } from '../results/results.ts'
import type { Typical } from './fake-catalogue.ts'

export const METRICS: readonly MetricInfo[] = [
  { id: 'throughput', title: 'Throughput', unit: 'req/s', better: 'higher', exact: false },
  { id: 'cpu.server', title: 'Server CPU', unit: 'us/req', better: 'lower', exact: false },
  { id: 'cpu.redis', title: 'Redis CPU', unit: 'us/req', better: 'lower', exact: false },
  { id: 'cpu.generator', title: 'Load generator CPU', unit: 'us/req', better: 'lower', exact: false },
  { id: 'latency.p50', title: 'Latency p50', unit: 'us', better: 'lower', exact: false },
  { id: 'latency.p90', title: 'Latency p90', unit: 'us', better: 'lower', exact: false },
  { id: 'latency.p99', title: 'Latency p99', unit: 'us', better: 'lower', exact: false },
  { id: 'latency.p999', title: 'Latency p99.9', unit: 'us', better: 'lower', exact: false },
  { id: 'bytes.request_head', title: 'Request head', unit: 'B', better: 'lower', exact: true },
  { id: 'bytes.response_head', title: 'Response head', unit: 'B', better: 'lower', exact: true },
  { id: 'bytes.credential', title: 'Credential', unit: 'B', better: 'lower', exact: true },
  { id: 'redis.commands', title: 'Redis commands', unit: '1/req', better: 'lower', exact: true },
  { id: 'redis.bytes', title: 'Redis traffic', unit: 'B/req', better: 'lower', exact: true },
]
export const PAIRED = ['cpu.server', 'throughput', 'latency.p50', 'latency.p99', 'slo.rate']
/** What was asked of the servers, not what they did. */
export const NOT_COMPARED = ['load.rate', 'lag.p99']

export function centre(of: Typical, metric: string): number {
  const values: Readonly<Record<string, number>> = {
    throughput: of.throughput,
    'cpu.server': of.serverUs,
    'cpu.redis': of.redisUs,
    'cpu.generator': 41.3,
    'latency.p50': of.p50Us,
    'latency.p90': of.p50Us * 1.34,
    'latency.p99': of.p50Us * 2.1,
    'latency.p999': of.p50Us * 3.7,
    'bytes.request_head': of.credentialBytes === 0 ? 83 : 106 + of.credentialBytes,
    'bytes.response_head': 168,
    'bytes.credential': of.credentialBytes,
    'redis.commands': of.redisCommands,
    'redis.bytes': of.redisCommands * 187,
  }
  return values[metric] ?? 0
}

/** A fixed wobble in about -1..1 that differs between rounds, strategies and metrics; no randomness. */
export const wobble = (round: number, seed: number) =>
  Math.sin(round * 2.4 + seed * 1.7) * 0.7 + Math.cos(seed * 3.1 + round) * 0.3

export function roundValues(
  middle: number,
  metric: MetricInfo,
  seed: number,
  rounds: number,
): readonly number[] {
  const spread = metric.exact ? 0 : metric.id.startsWith('latency.p99') ? 0.06 : 0.018
  return Array.from({ length: rounds }, (_, round) => middle * (1 + spread * wobble(round, seed)))
}

/** Hodges-Lehmann with the whole range as interval: right for 6 rounds, too wide for more, good enough here. */
export function estimateOf(values: readonly number[]): Estimate {
  const averages = values
    .flatMap((first, index) => values.slice(index).map((second) => (first + second) / 2))
    .sort((a, b) => a - b)
  const middle = ((averages.at(averages.length / 2) ?? 0) + (averages.at((averages.length - 1) / 2) ?? 0)) / 2
  const enough = values.length >= 6
  return {
    value: middle,
    low: enough ? (averages[0] ?? null) : null,
    high: enough ? (averages.at(-1) ?? null) : null,
    rounds: values.length,
  }
}

export const exponential = (estimate: Estimate): Estimate => ({
  ...estimate,
  value: Math.exp(estimate.value),
  low: estimate.low === null ? null : Math.exp(estimate.low),
  high: estimate.high === null ? null : Math.exp(estimate.high),
})

/** A/A intervals: value, low, high. */
export const NOISE: Readonly<Record<string, readonly [number, number, number]>> = {
  'cpu.server': [1.002, 0.991, 1.013],
  throughput: [0.998, 0.982, 1.011],
  'latency.p50': [1.001, 0.985, 1.016],
  'latency.p99': [0.993, 0.941, 1.048],
}

/** The further end of the A/A interval, as a factor. */
export function bandOf(metric: MetricInfo): number {
  const [, low, high] = NOISE[metric.id] ?? [1, 0.98, 1.02]
  return Math.max(high, 1 / low)
}

export function verdictOf(
  metric: MetricInfo,
  ratio: Estimate | null,
  difference: Estimate,
): Comparison['verdict'] {
  const { low, high } = ratio ?? difference
  if (metric.exact && difference.value === 0) return 'equal'
  if (low === null || high === null) return 'not judged'
  const band = metric.exact ? 1 : bandOf(metric)
  const [floor, ceiling] = ratio === null ? [0, 0] : [1 / band, band]
  if (low <= ceiling && high >= floor) return 'unsure'
  return high < floor === (metric.better === 'lower') ? 'better' : 'worse'
}
