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

/** Where windows end anywhere in a mix of unlike requests: then what a store counts per request has a spread like what is timed. */
export const METRICS_OF_A_MIX: readonly Metric[] = METRICS.map((metric) =>
  metric === redisCommands || metric === redisBytes ? { ...metric, exact: false } : metric,
)

/** What a report needs to know of each. */
export const METRIC_INFOS: readonly MetricInfo[] = METRICS.map(({ id, title, unit, better, exact }) => ({
  id,
  title,
  unit,
  better,
  exact,
}))
