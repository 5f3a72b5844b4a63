import type { Probe } from '../cell.ts'
import type { Metric } from './metric.ts'

/** Counted on one hand-sent request, a protected read. */
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

/** Null where the requests of the cell are not all protected reads that weigh the same. */
const ofReads = (metric: Metric): Metric => ({
  ...metric,
  read: (cell) => (Object.keys(cell.load.cohorts).length > 0 ? null : metric.read(cell)),
})

export const requestHead = ofReads(
  bytes('request_head', 'Request head', ({ requestHeadBytes }) => requestHeadBytes),
)
export const responseHead = ofReads(
  bytes('response_head', 'Response head', ({ responseHeadBytes }) => responseHeadBytes),
)
export const credential = bytes('credential', 'Credential', ({ credentialBytes }) => credentialBytes)
