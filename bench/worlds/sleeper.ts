/** The thread that sleeps for an alarm: timers of the event loop know whole milliseconds only, and may be late by two of them. */
import { workerData } from 'node:worker_threads'
import { type AlarmClock, FIRED, SETTING } from './alarm.ts'

const { words, wakeAt }: AlarmClock = workerData
/** On the scale that threads share: `performance.now()` begins anew in each. */
const nowMs = (): number => performance.timeOrigin + performance.now()

let done: number | null = null
for (;;) {
  const setting = Atomics.load(words, SETTING)
  const left = done === setting ? Number.POSITIVE_INFINITY : (wakeAt[0] ?? 0) - nowMs()
  if (left > 0) Atomics.wait(words, SETTING, setting, left)
  else {
    done = setting
    Atomics.store(words, FIRED, 1)
    Atomics.notify(words, FIRED)
  }
}
