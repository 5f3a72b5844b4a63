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

/**
 * What somebody else's machine gets is bounded where it leaves, whatever a scenario asks for: a burst, such as the first request of each
 * connection, is followed by as long a silence as its requests take at the rate. A closed loop knows no rate, and is refused.
 */
export function limitedBench(bench: Bench, maxRate: number, time: Time): Bench {
  const perMs = maxRate / 1000
  /** When everything is paid for that was sent so far. */
  let paidAt = Number.NEGATIVE_INFINITY
  const settled = async () => {
    for (let left = paidAt - time.now(); left > 0; left = paidAt - time.now()) await time.wait(left)
  }
  const charge = (requests: number, sentFrom: number) => {
    paidAt = Math.max(paidAt, sentFrom) + requests / perMs
  }
  const burst = async (requests: number) => {
    await settled()
    charge(requests, time.now())
  }
  const limited = (generator: Generator): Generator => {
    const connections = new Map<string, number>()
    return {
      async open(key, engine, target) {
        if (engine !== 'paced') throw closedLoop()
        connections.set(key, target.connections)
        await burst(target.connections)
        await generator.open(key, engine, target)
      },
      warmUp: () => Promise.reject(closedLoop()),
      async refresh(key, all) {
        // Those that are up send nothing where not all have to.
        await burst(connections.get(key) ?? 0)
        const closed = await generator.refresh(key, all)
        // Inside the window nobody waits any more.
        await settled()
        return closed
      },
      async slice(key, window) {
        const rate = window.arrivals?.ratePerSecond ?? Number.POSITIVE_INFINITY
        if (rate > maxRate * ROUNDING) throw closedLoop()
        await settled()
        const startedAt = time.now()
        const outcome = await generator.slice(key, window)
        const { responses, errors, timeouts } = outcome.slice
        charge(responses + errors + timeouts, startedAt)
        return outcome
      },
      isDisplaced: () => generator.isDisplaced?.() ?? false,
      stop: () => generator.stop(),
    }
  }
  return {
    ...bench,
    startGenerator: async () => limited(await bench.startGenerator()),
    async probe(to, request) {
      await burst(1)
      return bench.probe(to, request)
    },
  }
}

const closedLoop = (): AuthbenchError =>
  new AuthbenchError('RATE_NOT_LIMITED', 'a load without the rate limit of the run was to go elsewhere', {
    next: 'This is a defect of authbench; please report it with the command that you ran.',
    exitCode: 3,
  })
