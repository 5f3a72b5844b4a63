import { afterEach, expect, it } from 'vitest'
import { Alarm } from './alarm.ts'

let alarm: Alarm | undefined
afterEach(() => alarm?.stop())

/** Each ring, one after the other. */
function startAlarm() {
  let ring: () => void = () => undefined
  alarm = new Alarm(() => ring())
  const next = () => new Promise<number>((resolve) => (ring = () => resolve(performance.now())))
  return { alarm, next }
}

/** As a user does who finds that it is not time yet. */
async function rungAt(atMs: number): Promise<number> {
  const { alarm, next } = startAlarm()
  for (alarm.set(atMs); ; alarm.set(atMs)) {
    const nowMs = await next()
    if (nowMs >= atMs) return nowMs
  }
}

it('rings when its moment has come, near or far', async () => {
  for (const inMs of [-1, 0, 0.04, 0.1, 0.5, 5, 30]) {
    const atMs = performance.now() + inMs
    expect(await rungAt(atMs)).toBeGreaterThanOrEqual(atMs)
    await alarm?.stop()
  }
})

it('keeps the sooner of two moments, whichever was set first', async () => {
  const { alarm, next } = startAlarm()
  const never = performance.now() + 3_600_000
  for (let round = 0; round < 300; round++) {
    alarm.set(never)
    // Often while the sleeper is about to wake for the one before.
    alarm.set(performance.now() + (round % 7) * 0.1)
    alarm.set(never)
    await next()
  }
})
