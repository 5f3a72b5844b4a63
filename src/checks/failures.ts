import { requestsOf } from '../metrics/metric.ts'
import { formatCount } from '../units.ts'
import { type CellCheck, judged } from './check.ts'
import { LIMITS } from './limits.ts'

/** At least one expected response: there is nothing to divide by otherwise. */
export const requests: CellCheck = {
  id: 'requests',
  check(cell) {
    const count = requestsOf(cell)
    return {
      id: 'requests',
      value: count,
      warnLimit: null,
      invalidLimit: 0,
      outcome: count > 0 ? 'ok' : 'invalid',
      sentence: `${formatCount(count, 'response')} had the expected status.`,
    }
  },
}

/** A server that answers 401 quickly must never look fast. */
export const statuses: CellCheck = {
  id: 'statuses',
  check(cell) {
    const unexpected = cell.load.responses - requestsOf(cell)
    const seen = Object.entries(cell.load.statuses).map(([status, count]) => `${count} of ${status}`)
    const details = unexpected === 0 ? '' : `; seen: ${seen.join(', ')}`
    return judged(
      'statuses',
      Math.abs(unexpected),
      LIMITS.failures,
      `${formatCount(unexpected, 'response')} of ${cell.load.responses} had an unexpected status${details}.`,
    )
  },
}

function none(id: 'errors' | 'timeouts' | 'reconnects', singular: string, plural: string): CellCheck {
  return {
    id,
    check: ({ load }) =>
      judged(id, load[id], LIMITS.failures, `There were ${formatCount(load[id], singular, plural)}.`),
  }
}

export const errors = none('errors', 'connection error', 'connection errors')
export const timeouts = none('timeouts', 'request without an answer', 'requests without an answer')
export const reconnects = none('reconnects', 'lost connection', 'lost connections')
