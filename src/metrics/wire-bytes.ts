import type { CompletedCell, Sizes } from '../results/cell.ts'
import type { Metric } from './metric.ts'

/** Bytes of each of so many. */
type Weighed = Sizes & { readonly count: number }

const each = (bytes: number): Weighed => ({ sum: bytes, least: bytes, most: bytes, count: 1 })

/** @param count null: the cell cannot tell */
function bytes(id: string, title: string, count: (cell: CompletedCell) => Weighed | null): Metric {
  return {
    id: `bytes.${id}`,
    title,
    unit: 'B',
    better: 'lower',
    exact: true,
    minimumRequests: 0,
    read(cell) {
      const counted = count(cell)
      return counted === null ? null : counted.sum / counted.count
    },
    range(cell) {
      const counted = count(cell)
      return counted === null || counted.least === counted.most
        ? null
        : { least: counted.least, most: counted.most }
    },
  }
}

/** Requests of one kind, protected reads; null where the load is a mix. */
const readsOf = ({ load }: CompletedCell) => (Object.keys(load.cohorts).length > 0 ? null : load)

/** Of all requests of the load, the body taken off that each has. */
function headsOf({ load, probe: { requestBodyBytes = 0 } }: CompletedCell): Sizes | null {
  if (load.sizes === undefined) return null
  const { sum, least, most } = load.sizes.request
  return {
    sum: sum - requestBodyBytes * load.responses,
    least: least - requestBodyBytes,
    most: most - requestBodyBytes,
  }
}

/** Counted inside the windows; where an earlier version did not, on one hand-sent request. */
export const requestHead = bytes('request_head', 'Request head', (cell) => {
  const load = readsOf(cell)
  if (load === null) return null
  const heads = headsOf(cell)
  return heads === null ? each(cell.probe.requestHeadBytes) : { ...heads, count: load.responses }
})

export const responseHead = bytes('response_head', 'Response head', (cell) => {
  const load = readsOf(cell)
  if (load === null) return null
  return load.sizes === undefined
    ? each(cell.probe.responseHeadBytes)
    : { ...load.sizes.responseHead, count: load.responses }
})

/** Protected reads differ in nothing else: what the probe's head has beside its credential, all have. */
export const credential = bytes('credential', 'Credential', (cell) => {
  const { load, probe } = cell
  const heads = headsOf(cell)
  if (heads === null || Object.keys(load.cohorts).length > 0 || probe.credentialBytes === 0)
    return each(probe.credentialBytes)
  const { sum, least, most } = heads
  const rest = probe.requestHeadBytes - probe.credentialBytes
  return { sum: sum - rest * load.responses, least: least - rest, most: most - rest, count: load.responses }
})
