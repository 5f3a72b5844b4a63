import type { MetricInfo } from '../results/results.ts'
import { allocated } from './allocated.ts'
import { cacheHitRate } from './cache-hits.ts'
import { authCpu, generatorCpu, redisCpu, serverCpu, totalCpu } from './cpu.ts'
import { goodput } from './goodput.ts'
import { lag, latency, service } from './latency.ts'
import type { Metric } from './metric.ts'
import { redisBytes, redisCommands } from './redis.ts'
import { arrivalRate, sloRate } from './slo-rate.ts'
import { storeBytes } from './store-size.ts'
import { throughput } from './throughput.ts'
import { credential, requestHead, responseHead } from './wire-bytes.ts'

/** Every metric there is, in the order of reports. */
export const METRICS: readonly Metric[] = [
  throughput,
  sloRate,
  arrivalRate,
  goodput,
  serverCpu,
  redisCpu,
  authCpu,
  totalCpu,
  generatorCpu,
  allocated,
  latency(0.5),
  latency(0.9),
  latency(0.99),
  latency(0.999),
  service(0.5),
  service(0.99),
  lag(0.99),
  requestHead,
  responseHead,
  credential,
  redisCommands,
  redisBytes,
  cacheHitRate,
  storeBytes,
]

export const isSteady = (id: string): boolean => METRICS.some((metric) => metric.id === id && metric.steady)

/** Those of a run. */
export const metricsOf = ({ timed }: { readonly timed?: boolean | undefined }): readonly Metric[] =>
  timed === false ? METRICS.filter(({ exact, steady }) => exact || steady) : METRICS

/** Where windows end anywhere in a mix of unlike requests, what a store counts per request has a spread like what is timed. */
const COUNTED_IN_A_MIX: readonly Metric[] = [redisCommands, redisBytes]
export const isCountedInAMix = (id: string): boolean => COUNTED_IN_A_MIX.some((metric) => metric.id === id)
export const ofAMix = (metric: Metric): Metric =>
  isCountedInAMix(metric.id) ? { ...metric, exact: false } : metric

const infoOf = ({ id, title, unit, better, exact }: Metric): MetricInfo => ({
  id,
  title,
  unit,
  better,
  exact,
})

/** What a report needs to know of each. */
export const metricInfosOf = (config: Parameters<typeof metricsOf>[0]): MetricInfo[] =>
  metricsOf(config).map(infoOf)
export const METRIC_INFOS: readonly MetricInfo[] = metricInfosOf({})
