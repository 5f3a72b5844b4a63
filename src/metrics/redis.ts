import type { StoreUse } from '../results/cell.ts'
import type { Metric } from './metric.ts'

/** Divided by all responses, because a refused request asked the store as well. */
function perResponse(about: Pick<Metric, 'id' | 'title' | 'unit'>, count: (use: StoreUse) => number): Metric {
  return {
    ...about,
    better: 'lower',
    exact: true,
    minimumRequests: 0,
    read: ({ store, load }) =>
      store === null || load.responses === 0 ? null : count(store) / load.responses,
  }
}

export const sentCommands = ({ commands }: StoreUse): number =>
  Object.values(commands).reduce((sum, calls) => sum + calls, 0)

export const redisCommands = perResponse(
  { id: 'redis.commands', title: 'Redis commands', unit: '1/req' },
  sentCommands,
)

/** Both directions, the harness's own traffic taken out. Exact, as ids and keys of a strategy are all of one length. */
export const redisBytes = perResponse(
  { id: 'redis.bytes', title: 'Redis traffic', unit: 'B/req' },
  ({ bytesIn, bytesOut }) => bytesIn + bytesOut,
)
