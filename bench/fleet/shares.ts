import type { EngineRequest, EngineTarget, Window } from '../load/engine.ts'

/**
 * What one of several agents loads with. Connection g of all walks the requests g, g + all, ...: the same requests are on the same connections
 * as with one generator, each on one agent.
 */
export function shareOf(target: EngineTarget, index: number, of: number): EngineTarget {
  const all = target.connections
  const mine = Array.from({ length: all }, (_, connection) => connection).filter(
    (connection) => connection % of === index,
  )
  const requests: EngineRequest[] = []
  for (let lap = 0; lap < target.requests.length; lap += all) {
    for (const connection of mine) {
      const request = target.requests[lap + connection]
      if (request !== undefined) requests.push(request)
    }
  }
  const opening = target.opening && mine.flatMap((connection) => target.opening?.[connection] ?? [])
  return { ...target, connections: mine.length, requests, ...(opening === undefined ? {} : { opening }) }
}

/** An open schedule is shared out; a closed loop has its connections. */
export const windowOf = (window: Window, index: number, of: number): Window =>
  window.arrivals === null ? window : { ...window, arrivals: { ...window.arrivals, share: { index, of } } }
