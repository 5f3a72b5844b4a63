import { requestsOf } from '../metrics/metric.ts'
import { formatCount, formatNumber } from '../units.ts'
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

function none(id: 'errors' | 'timeouts' | 'unasked', singular: string, plural: string): CellCheck {
  return {
    id,
    check: ({ load }) =>
      judged(
        id,
        load[id] ?? 0,
        LIMITS.failures,
        `There were ${formatCount(load[id] ?? 0, singular, plural)}.`,
      ),
  }
}

export const errors = none('errors', 'request whose connection ended', 'requests whose connection ended')
export const timeouts = none('timeouts', 'request without an answer', 'requests without an answer')
export const unasked = none('unasked', 'response that nobody asked for', 'responses that nobody asked for')

/**
 * Connections that the server closed in order, such as after so many requests. That is how an endpoint of others is: its clients pay for
 * it, and it is told. A reference server has no reason to.
 */
export const reconnects: CellCheck = {
  id: 'reconnects',
  check: ({ load }, { state }) =>
    judged(
      'reconnects',
      load.reconnects,
      state === 'unknown' ? { warn: 0, invalid: null } : LIMITS.failures,
      load.reconnects === 0
        ? 'The server closed no connection.'
        : `The server closed ${formatCount(load.reconnects, 'connection')}, one for every ${formatNumber(Math.round(load.responses / load.reconnects))} responses; what opening them again costs is in its numbers.`,
    ),
}
