import type { MetricInfo } from '../results.ts'
import { generatorCpu, redisCpu, serverCpu } from './cpu.ts'
import { lag, latency, service } from './latency.ts'
import type { Metric } from './metric.ts'
import { arrivalRate, sloRate } from './rate.ts'
import { redisBytes, redisCommands } from './redis.ts'
import { throughput } from './throughput.ts'
import { credential, requestHead, responseHead } from './wire.ts'

/** Every metric there is, in the order of reports. */
export const METRICS: readonly Metric[] = [
  throughput,
  sloRate,
  arrivalRate,
  serverCpu,
  redisCpu,
  generatorCpu,
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
]

/** What a report needs to know of each. */
export const METRIC_INFOS: readonly MetricInfo[] = METRICS.map(({ id, title, unit, better, exact }) => ({
  id,
  title,
  unit,
  better,
  exact,
}))
