import { setTimeout as delay } from 'node:timers/promises'
import { AuthbenchError } from '../../src/results/errors.ts'

/** Microseconds of the monotonic clock that all processes of a machine share. */
export const monotonicUs = (): number => Number(process.hrtime.bigint()) / 1000

/** Timers of the event loop may be late by two milliseconds. */
const AWAKE_US = 3000

/** @throws AuthbenchError AGENT_LATE, when the moment is over already */
export async function waitUntil(atUs: number): Promise<void> {
  const leftUs = atUs - monotonicUs()
  if (leftUs < 0) {
    throw new AuthbenchError('AGENT_LATE', `the window was to begin ${Math.ceil(-leftUs)} us ago`, {
      next: 'It is measured again.',
      exitCode: 3,
    })
  }
  if (leftUs > AWAKE_US) await delay((leftUs - AWAKE_US) / 1000)
  while (monotonicUs() < atUs) await new Promise(setImmediate)
}
