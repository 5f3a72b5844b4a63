import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { pacedProbe } from './paced-probe.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const after = (ms: number, answer: () => number) =>
  new Promise<number>((resolve, reject) => {
    setTimeout(() => {
      try {
        resolve(answer())
      } catch (error) {
        reject(error)
      }
    }, ms)
  })

test('it asks at its pace though nothing was answered, and tells answers in the order of requests', async () => {
  const waits = [100, 5, 5]
  const probe = pacedProbe(10, performance.now(), () => after(waits.shift() ?? 1, () => 200))
  await vi.advanceTimersByTimeAsync(35)
  expect(waits).toEqual([])
  const stopped = probe.stop()
  await vi.advanceTimersByTimeAsync(200)
  await stopped
  expect(probe.answers).toEqual([
    [10, 100, 200],
    [20, 5, 200],
    [30, 5, 200],
  ])
})

test('a request that gets no answer has no status', async () => {
  const probe = pacedProbe(10, performance.now(), () =>
    after(5, () => {
      throw new Error('the connection was closed')
    }),
  )
  await vi.advanceTimersByTimeAsync(16)
  await probe.stop()
  expect(probe.answers).toEqual([[10, 5, null]])
})
