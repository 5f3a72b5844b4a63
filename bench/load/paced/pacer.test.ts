import { afterEach, describe, expect, it, vi } from 'vitest'
import { startPacer } from './pacer.ts'

afterEach(() => void vi.restoreAllMocks())

/** Runs the pacer over the moments, given in milliseconds from now. @returns when each was served, from now too */
async function pace(moments: readonly number[]): Promise<number[]> {
  const start = performance.now()
  const served: number[] = []
  const { promise, resolve } = Promise.withResolvers<void>()
  startPacer(
    () => start + (moments[served.length] ?? Number.POSITIVE_INFINITY),
    (now) => {
      while ((moments[served.length] ?? Number.POSITIVE_INFINITY) <= now - start) served.push(now - start)
      if (served.length === moments.length) resolve()
    },
  )
  await promise
  return served
}

describe('pacer', () => {
  it('serves every moment once, in order, and none before its time', async () => {
    const moments = [0, 0, 0.3, 1, 4, 4.01, 9.5, 25]
    const served = await pace(moments)
    expect(served).toHaveLength(moments.length)
    for (const [index, moment] of moments.entries()) expect(served[index]).toBeGreaterThanOrEqual(moment)
  })

  it('sleeps until 2 ms before a moment that is far', () => {
    const timers = vi.spyOn(globalThis, 'setTimeout')
    const at = performance.now() + 5000
    const stop = startPacer(
      () => at,
      () => undefined,
    )
    stop()
    const [, sleepMs = 0] = timers.mock.calls[0] ?? []
    expect(sleepMs).toBeGreaterThanOrEqual(4000)
    expect(sleepMs).toBeLessThanOrEqual(4998)
  })

  it('uses no timer for a moment that is near', async () => {
    const timers = vi.spyOn(globalThis, 'setTimeout')
    await pace([1])
    expect(timers).not.toHaveBeenCalled()
  })

  it('has nothing to do without a moment', () => {
    const immediates = vi.spyOn(globalThis, 'setImmediate')
    startPacer(
      () => Number.POSITIVE_INFINITY,
      () => undefined,
    )
    expect(immediates).not.toHaveBeenCalled()
  })

  it.each([100, 0])('never wakes up once it is stopped, with a moment %d ms away', async (milliseconds) => {
    let wakes = 0
    const at = performance.now() + milliseconds
    const stop = startPacer(
      () => at,
      () => {
        wakes += 1
      },
    )
    stop()
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
    expect(wakes).toBe(0)
  })

  it('can be stopped by what it calls', async () => {
    let wakes = 0
    const stop = startPacer(
      () => performance.now(),
      () => {
        wakes += 1
        stop()
      },
    )
    await new Promise((resolve) => setImmediate(() => setImmediate(() => setImmediate(resolve))))
    expect(wakes).toBe(1)
  })
})
