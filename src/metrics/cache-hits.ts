import type { Metric } from './metric.ts'

/** Of a cache of verified credentials inside the server, over the windows; null for a server without one. */
export const cacheHitRate: Metric = {
  id: 'cache.hit_rate',
  title: 'Cache hits',
  unit: '%',
  better: 'higher',
  exact: false,
  minimumRequests: 0,
  read({ cache }) {
    if (cache === undefined || cache === null) return null
    const asked = cache.hits + cache.misses
    return asked === 0 ? null : (100 * cache.hits) / asked
  },
}
