import type { Metric } from './metric.ts'

/**
 * Growth of the store while it was filled, divided by the entries: keys, values and what the store needs to find them. Of Redis its
 * own `used_memory`; of a database file its size; of a store inside the server the server's resident memory, which is the roughest.
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
