import type { Metric } from './metric.ts'

/**
 * Growth of the store while it was filled, divided by the entries: keys, values and what the store needs to find them. Of Redis, which is
 * the server's own then, `used_memory` less the buffers of connections, once no table is being moved; of a database its size; of a store
 * inside the server the memory that the server holds after a garbage collection. Tables double: the value moves by some per cent with the
 * entries. What servers remember besides what is in Redis is not part of it.
 */
export const storeBytes: Metric = {
  id: 'store.bytes_per_entry',
  title: 'Store size',
  unit: 'B/entry',
  better: 'lower',
  exact: false,
  minimumRequests: 0,
  read: ({ fill }) =>
    fill === undefined || fill === null || fill.bytes === null || fill.entries === 0
      ? null
      : fill.bytes / fill.entries,
}
