import { afterEach, expect, it } from 'vitest'
import { startRelay } from '../worlds/relay.ts'
import { type AwakeEnds, awakeEnds } from './awake-ends.ts'

let ends: AwakeEnds | null = null
afterEach(() => ends?.close())

const inMs = (us: readonly number[]) => us.map((each) => each / 1000)

it('tells each round trip, which no way makes shorter than it is', async () => {
  ends = await awakeEnds()
  const to = { host: '127.0.0.1', port: ends.port }
  const relay = await startRelay({ to, roundTripMs: 20, upBitsPerSecond: null, downBitsPerSecond: null })
  const taken = inMs(await ends.roundTrips(relay.port, 3, 0))
  await relay.close()
  expect(taken).toHaveLength(3)
  for (const ms of taken.slice(1)) expect(ms).toBeGreaterThan(19.5)
})

it('does not count the pause before a message', async () => {
  ends = await awakeEnds()
  const before = performance.now()
  const taken = inMs(await ends.roundTrips(ends.port, 4, 30))
  const whole = performance.now() - before
  expect(whole).toBeGreaterThan(90)
  expect(taken.reduce((sum, ms) => sum + ms, 0)).toBeLessThan(whole - 89)
})

it('says so when the way is closed', async () => {
  ends = await awakeEnds()
  const to = { host: '127.0.0.1', port: ends.port }
  const relay = await startRelay({ to, roundTripMs: 10_000, upBitsPerSecond: null, downBitsPerSecond: null })
  const waiting = ends.roundTrips(relay.port, 1, 0)
  const told = expect(waiting).rejects.toThrow()
  await relay.close()
  await told
})
