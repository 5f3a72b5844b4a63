import { expect, it } from 'vitest'
import type { EngineRequest, EngineTarget } from '../load/engine.ts'
import { shareOf, windowOf } from './shares.ts'

const request = (name: string): EngineRequest => ({ method: 'GET', path: `/${name}`, headers: {} })

/** By connection of the whole, what it sends in one lap of its part. */
const walks = ({ connections, requests }: EngineTarget) =>
  Array.from({ length: connections }, (_, own) =>
    requests.filter((_, index) => index % connections === own).map(({ path }) => path),
  )

it.each([
  [16, 1000, 2],
  [16, 1000, 3],
  [5, 5, 5],
  [4, 4, 1],
  [7, 20, 3],
])('%i connections with %i requests on %s agents walk as on one', (connections, length, of) => {
  const whole: EngineTarget = {
    origin: 'http://10.0.0.1:80',
    connections,
    expectStatus: 200,
    requests: Array.from({ length }, (_, index) => request(String(index))),
    opening: Array.from({ length: connections }, (_, index) => request(`open-${index}`)),
  }
  const shares = Array.from({ length: of }, (_, index) => shareOf(whole, index, of))
  expect(shares.reduce((sum, share) => sum + share.connections, 0)).toBe(connections)
  const byConnection: string[][] = []
  for (const [index, share] of shares.entries()) {
    for (const [own, walk] of walks(share).entries()) byConnection[own * of + index] = walk
    expect(share.opening).toEqual(whole.opening?.filter((_, connection) => connection % of === index))
  }
  expect(byConnection).toEqual(walks(whole))
})

it('shares out an open schedule, and leaves a closed loop as it is', () => {
  const arrivals = { schedule: 'poisson', ratePerSecond: 10, seed: 1 } as const
  expect(windowOf({ milliseconds: 5, arrivals: null }, 1, 2)).toEqual({ milliseconds: 5, arrivals: null })
  expect(windowOf({ milliseconds: 5, arrivals }, 1, 2).arrivals).toEqual({
    ...arrivals,
    share: { index: 1, of: 2 },
  })
})
