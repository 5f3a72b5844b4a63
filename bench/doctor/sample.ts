import { setTimeout as delay } from 'node:timers/promises'
import type { Sample } from '../../src/doctor/facts.ts'
import { throttlingBetween, throttlingReader } from '../machine/quota.ts'
import { systemFiles } from '../machine/system-files.ts'
import { disturbanceBetween, readMachine } from '../selftest/disturbance.ts'

/** Long enough for ticks of 10 ms to tell a hundredth. */
const TIMERS = 300
const TIMER_MS = 5
const CLOCK_STEPS = 200
/** A clock that stands still must not keep anybody. */
const CLOCK_LOOKS = 1_000_000

/** The smallest step of the clock that latencies are read from. */
export function clockStepUs(now: () => number): number {
  let smallest = Number.POSITIVE_INFINITY
  let before = now()
  for (let look = 0, steps = 0; steps < CLOCK_STEPS && look < CLOCK_LOOKS; look++) {
    const after = now()
    if (after === before) continue
    smallest = Math.min(smallest, after - before)
    before = after
    steps += 1
  }
  return 1000 * smallest
}

/** A second and a half in which this process hardly does anything. */
export async function sampleMachine(): Promise<Sample> {
  const readThrottling = throttlingReader(systemFiles)
  const stepUs = clockStepUs(() => performance.now())
  const [machine, throttling] = [readMachine(), readThrottling([])]
  const late: number[] = []
  for (let timer = 0; timer < TIMERS; timer++) {
    const due = performance.now() + TIMER_MS
    await delay(TIMER_MS)
    late.push(Math.max(0, performance.now() - due))
  }
  const disturbance = disturbanceBetween(machine, readMachine())
  late.sort((one, other) => one - other)
  return {
    steal: disturbance?.steal ?? null,
    foreign: disturbance?.foreign ?? null,
    stops: throttlingBetween(throttling, readThrottling([]))?.stops ?? null,
    clockStepUs: stepUs,
    timerLateMs: late[Math.ceil(0.99 * late.length) - 1] ?? 0,
  }
}
