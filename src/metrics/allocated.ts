import { type Metric, requestsOf } from './metric.ts'

/**
 * JavaScript heap that the server allocates for a request, collected since or not. It depends on the code and hardly on the machine: what is busy
 * beside it takes time from it, and no memory. Not the contents of buffers, which are outside of the heap, and not what
 * other threads and an auth server allocate.
 */
export const allocated: Metric = {
  id: 'memory.allocated',
  title: 'Allocation',
  unit: 'B/req',
  better: 'lower',
  exact: false,
  steady: true,
  minimumRequests: 0,
  read(cell) {
    const requests = requestsOf(cell)
    if (cell.search !== null || requests === 0) return null
    let sum = 0
    for (const { allocatedBytes } of cell.load.slices) {
      if (allocatedBytes === undefined || allocatedBytes === null) return null
      sum += allocatedBytes
    }
    return sum / requests
  },
}
