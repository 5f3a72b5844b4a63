import type { Metric } from './metric.ts'

/**
 * Highest rate of a search whose p99, from the intended send time, stayed within the limit, every answer right; 0 where none did, so
 * that a round without one counts.
 */
export const sloRate: Metric = {
  id: 'slo.rate',
  title: 'Highest rate within the limit',
  unit: 'req/s',
  better: 'higher',
  exact: false,
  minimumRequests: 0,
  read: ({ search }) => (search === null ? null : (search.passed ?? 0)),
}

/** What an open loop asked for. */
export const arrivalRate: Metric = {
  id: 'load.rate',
  title: 'Arrival rate',
  unit: 'req/s',
  better: 'higher',
  exact: false,
  minimumRequests: 0,
  compared: false,
  read: ({ load: { pacing }, search }) => (pacing === null || search !== null ? null : pacing.targetRate),
}
