import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { measureDelay } from './own-delay.ts'

let now = 0
beforeEach(() => {
  now = 0
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
})
afterEach(() => void vi.useRealTimers())

/** Time goes by, and timers get to run at its end only. */
function stalled(milliseconds: number): void {
  now += milliseconds
  vi.advanceTimersByTime(5)
}

test('a process that runs in time is not late', () => {
  using meter = measureDelay(() => now)
  for (let turn = 0; turn < 20; turn++) stalled(5)
  expect(meter.lateMs()).toBe(0)
})

test('stalls add up, the one that goes on included', () => {
  using meter = measureDelay(() => now)
  stalled(105)
  stalled(5)
  stalled(55)
  now += 35
  expect(meter.lateMs()).toBe(100 + 50 + 30)
})

test('a busy process is late by about as long as it was busy', async () => {
  vi.useRealTimers()
  using meter = measureDelay()
  await delay(10)
  const until = performance.now() + 100
  while (performance.now() < until);
  expect(meter.lateMs()).toBeGreaterThan(80)
})
