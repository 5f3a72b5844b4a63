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

/** Counted inside the windows; where an earlier version did not, on one hand-sent request. */
export const requestHead = bytes('request_head', 'Request head', (cell) => {
  const load = readsOf(cell)
  if (load === null) return null
  return load.sizes === undefined
    ? each(cell.probe.requestHeadBytes)
    : { ...load.sizes.request, count: load.responses }
})

export const responseHead = bytes('response_head', 'Response head', (cell) => {
  const load = readsOf(cell)
  if (load === null) return null
  return load.sizes === undefined
    ? each(cell.probe.responseHeadBytes)
    : { ...load.sizes.responseHead, count: load.responses }
})

/** Protected reads differ in nothing else: what the probe's head has beside its credential, all have. */
export const credential = bytes('credential', 'Credential', ({ load, probe }) => {
  if (load.sizes === undefined || Object.keys(load.cohorts).length > 0 || probe.credentialBytes === 0)
    return each(probe.credentialBytes)
  const { sum, least, most } = load.sizes.request
  const rest = probe.requestHeadBytes - probe.credentialBytes
  return { sum: sum - rest * load.responses, least: least - rest, most: most - rest, count: load.responses }
})
