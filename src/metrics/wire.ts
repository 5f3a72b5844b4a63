import type { Probe } from '../cell.ts'
import type { Metric } from './metric.ts'

/** Counted on one hand-sent request: every request of the cell weighs the same. */
function bytes(id: string, title: string, count: (probe: Probe) => number): Metric {
  return {
    id: `bytes.${id}`,
    title,
    unit: 'B',
    better: 'lower',
    exact: true,
    minimumRequests: 0,
    read: ({ probe }) => count(probe),
  }
}

export const requestHead = bytes('request_head', 'Request head', ({ requestHeadBytes }) => requestHeadBytes)
export const responseHead = bytes(
  'response_head',
  'Response head',
  ({ responseHeadBytes }) => responseHeadBytes,
)
export const credential = bytes('credential', 'Credential', ({ credentialBytes }) => credentialBytes)
