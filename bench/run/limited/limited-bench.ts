import { setTimeout as pause } from 'node:timers/promises'
import { AuthbenchError } from '../../../src/results/errors.ts'
import type { Bench, Generator } from '../equipment.ts'

/** Time of the machine; of a test, its own. */
export interface Time {
  /** Milliseconds that only go forward. */
  now(): number
  /** Rejects when the run is interrupted. */
  wait(milliseconds: number): Promise<void>
}

export const timeOfRun = (signal: AbortSignal): Time => ({
  now: () => performance.now(),
  wait: (milliseconds) => pause(milliseconds, undefined, { signal }),
})

/** Of a rate that is asked for: it was computed. */
const ROUNDING = 1 + 1e-9

/** Around the first requests of all connections, which leave at once: they are as many as the rate allows in it, at most. */
const ALONE_MS = 1000

/**
 * What somebody else's machine gets is bounded where it leaves, whatever a scenario asks for. A closed loop knows no rate, and is refused.
 */
export function limitedBench(bench: Bench, maxRate: number, time: Time): Bench {
  /** When everything is paid for that was sent so far, and when the last of it left. */
  let [paidAt, lastAt] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]
  const until = async (at: number) => {
    for (let left = at - time.now(); left > 0; left = at - time.now()) await time.wait(left)
  }
  const charge = (requests: number, sentFrom: number) => {
    paidAt = Math.max(paidAt, sentFrom) + (requests * 1000) / maxRate
    lastAt = time.now()
  }
  const limited = (generator: Generator): Generator => ({
    async open(key, engine, target) {
      if (engine !== 'paced' || target.connections > maxRate) throw notLimited()
      await until(Math.max(paidAt, lastAt + ALONE_MS))
      await generator.open(key, engine, target)
      lastAt = time.now()
      paidAt = lastAt + ALONE_MS
    },
    warmUp: () => Promise.reject(notLimited()),
    // Connections rest for a moment only: those that are up need not show it by another request each.
    async refresh(key) {
      const startedAt = time.now()
      const closed = await generator.refresh(key, false)
      // Each that was opened again has sent one.
      charge(closed, startedAt)
      return closed
    },
    async slice(key, window, once) {
      const rate = window.arrivals?.ratePerSecond ?? Number.POSITIVE_INFINITY
      if (rate > maxRate * ROUNDING) throw notLimited()
      await until(paidAt)
      const startedAt = time.now()
      const outcome = await generator.slice(key, window, once)
      const { responses, errors, timeouts } = outcome.slice
      charge(responses + errors + timeouts, startedAt)
      return outcome
    },
    isDisplaced: () => generator.isDisplaced?.() ?? false,
    stop: () => generator.stop(),
  })
  return {
    ...bench,
    startGenerator: async () => limited(await bench.startGenerator()),
    async probe(to, request) {
      await until(paidAt)
      charge(1, time.now())
      return bench.probe(to, request)
    },
  }
}

const notLimited = (): AuthbenchError =>
  new AuthbenchError('RATE_NOT_LIMITED', 'a load without the rate limit of the run was to go elsewhere', {
    next: 'This is a defect of authbench; please report it with the command that you ran.',
    exitCode: 3,
  })
