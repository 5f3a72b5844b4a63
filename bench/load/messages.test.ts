import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { EngineRequest, EngineTarget } from './engine.ts'
import { packed, unpacked } from './messages.ts'

const request = (path: string): EngineRequest => ({ method: 'GET', path, headers: {} })
const targetOf = (requests: readonly EngineRequest[]): EngineTarget => ({
  origin: 'http://127.0.0.1:1',
  connections: 1,
  expectStatus: 200,
  requests,
})

test('a request that is sent often crosses the channel once, and arrives in every place', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), fc.array(fc.nat(4), { minLength: 1 }), (kinds, places) => {
      const pool = Array.from({ length: kinds }, (_, index) => request(`/${index}`))
      const requests = places.map((place) => pool[place % kinds] ?? request('/'))
      const sent = packed(targetOf(requests))
      expect(sent.requests.length).toBe(new Set(requests).size)
      expect(unpacked(JSON.parse(JSON.stringify(sent)))).toEqual(targetOf(requests))
    }),
  )
})
