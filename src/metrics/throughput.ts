import { type Metric, requestsOf, secondsOf } from './metric.ts'

/**
 * Only responses with the expected status count: a server that refuses quickly has no throughput. In an open loop it is what
 * was asked for, so it says nothing.
 */
export const throughput: Metric = {
  id: 'throughput',
  title: 'Throughput',
  unit: 'req/s',
  better: 'higher',
  exact: false,
  minimumRequests: 0,
  read: (cell) => (cell.load.pacing === null ? requestsOf(cell) / secondsOf(cell) : null),
}
