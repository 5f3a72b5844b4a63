import { expect, test } from 'vitest'
import type { EngineTarget } from '../../load/engine.ts'
import { fakeBench } from '../../testing/fake-bench.ts'
import { limitedBench, type Time } from './limited-bench.ts'

const MAX_RATE = 50
const CONNECTIONS = 20
const TARGET: EngineTarget = { origin: 'http://a', connections: CONNECTIONS, expectStatus: 200, requests: [] }

/** A machine on which time passes while something waits, or a window runs. */
function limited() {
  let now = 0
  const time: Time = {
    now: () => now,
    async wait(milliseconds) {
      now += milliseconds
    },
  }
  /** When requests left, and how many. */
  const sent: (readonly [at: number, requests: number])[] = []
  const bench = fakeBench()
  const spied = {
    ...bench,
    async probe(...args: Parameters<typeof bench.probe>) {
      sent.push([now, 1])
      return bench.probe(...args)
    },
    async startGenerator() {
      const generator = await bench.startGenerator()
      return {
        ...generator,
        async open(...args: Parameters<typeof generator.open>) {
          sent.push([now, CONNECTIONS])
          return generator.open(...args)
        },
        async refresh(_key: string, all: boolean) {
          if (all) sent.push([now, CONNECTIONS])
          return 0
        },
        async slice(...[key, window]: Parameters<typeof generator.slice>) {
          const { slice, cpu } = await generator.slice(key, window)
          const rate = window.arrivals?.ratePerSecond ?? 0
          for (let at = 0; at < window.milliseconds; at += 1000 / rate) sent.push([now + at, 1])
          const responses = Math.ceil((rate * window.milliseconds) / 1000)
          now += window.milliseconds
          return { slice: { ...slice, responses }, cpu }
        },
      }
    },
  }
  return { bench: limitedBench(spied, MAX_RATE, time), sent, now: () => now }
}

const window = (ratePerSecond: number, milliseconds = 1000) => ({
  milliseconds,
  arrivals: { schedule: 'constant', ratePerSecond, seed: 1 } as const,
})

test('no second has more requests than the rate allows', async () => {
  const { bench, sent, now } = limited()
  for (let round = 0; round < 3; round += 1) {
    const generator = await bench.startGenerator()
    for (const key of ['a paced', 'b paced']) {
      for (let probe = 0; probe < 2; probe += 1)
        await bench.probe({ origin: 'http://a' }, { method: 'GET', path: '/', headers: {} })
      await generator.open(key, 'paced', TARGET)
    }
    for (const rate of [MAX_RATE, MAX_RATE / 2, MAX_RATE, MAX_RATE]) {
      await generator.refresh('a paced', true)
      const before = now()
      await generator.slice('a paced', window(rate))
      expect(now() - before).toBeGreaterThanOrEqual(1000)
    }
  }
  for (const [from] of sent) {
    const requests = sent
      .filter(([at]) => at >= from && at < from + 1000)
      .reduce((sum, [, count]) => sum + count, 0)
    // One of a probe, or of the end of a window.
    expect(requests).toBeLessThanOrEqual(MAX_RATE + 1)
  }
})

test('more arrivals than a window was to hold are waited out before the next', async () => {
  const { bench, now } = limited()
  const generator = await bench.startGenerator()
  await generator.slice('a paced', window(MAX_RATE, 10))
  await generator.slice('a paced', window(MAX_RATE, 10))
  expect(now()).toBe(1000 / MAX_RATE + 10)
})

test('a load without a rate, or above it, never leaves', async () => {
  const { bench, sent } = limited()
  const generator = await bench.startGenerator()
  const refused = { code: 'RATE_NOT_LIMITED' }
  await expect(generator.open('a autocannon', 'autocannon', TARGET)).rejects.toMatchObject(refused)
  await expect(
    generator.open('a paced', 'paced', { ...TARGET, connections: MAX_RATE + 1 }),
  ).rejects.toMatchObject(refused)
  await expect(generator.warmUp([], 1, 1)).rejects.toMatchObject(refused)
  await expect(generator.slice('a paced', { milliseconds: 1000, arrivals: null })).rejects.toMatchObject(
    refused,
  )
  await expect(generator.slice('a paced', window(MAX_RATE + 1))).rejects.toMatchObject(refused)
  expect(sent).toEqual([])
})
