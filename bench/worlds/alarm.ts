import { writeFileSync } from 'node:fs'
import { Worker } from 'node:worker_threads'

/** What the two threads share. */
export interface AlarmClock {
  readonly words: Int32Array<SharedArrayBuffer>
  /** One number, in milliseconds on the scale of `performance.timeOrigin`. */
  readonly wakeAt: Float64Array<SharedArrayBuffer>
}
/** Places in `words`: how often the moment was set, and whether it has come. */
export const SETTING = 0
export const FIRED = 1

const SLEEPER = new URL('./sleeper.ts', import.meta.url)
/** A moment as near is waited for awake, in turns of the event loop: to sleep and be woken takes longer. */
const AWAKE_MS = 0.05
/**
 * How long it takes from the sleeper's moment to a turn of this thread. Steps of these sizes lead the estimate to where eight wakings of nine
 * are quicker; those wait awake for what is left.
 */
const FIRST_WAKING_MS = 0.12
const WAKING_STEPS_MS = { late: 0.008, early: -0.001 } as const
const MOST_WAKING_MS = 0.3
/** The kernel gathers wake-ups of 50 us; this asks for a finer sieve (man 5 proc_pid_timerslack_ns). */
const SLACK_NS = '1000'

/**
 * Rings at a moment, to some hundredths of a millisecond, and asleep until then. A process that spun until its moment would have used up
 * its turn on a core that it shares, and be stopped when the moment comes: beside other work it was 5 ms late instead of 0.2 ms.
 */
export class Alarm {
  readonly #ring: () => void
  readonly #clock: AlarmClock = {
    words: new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT)),
    wakeAt: new Float64Array(new SharedArrayBuffer(Float64Array.BYTES_PER_ELEMENT)),
  }
  readonly #sleeper: Worker
  #immediate: NodeJS.Immediate | undefined
  /** What the sleeper waits for; Infinity where it does not. */
  #wakeMs = Number.POSITIVE_INFINITY
  /** The moment that the sleeper waits for, or has woken this thread for. */
  #forMs = Number.NEGATIVE_INFINITY
  #wakingMs = FIRST_WAKING_MS
  #isStopped = false

  /** @param ring may come a little before the moment; it sets the alarm anew, or nothing follows */
  constructor(ring: () => void) {
    this.#ring = ring
    try {
      // Threads inherit it.
      writeFileSync('/proc/self/timerslack_ns', SLACK_NS)
    } catch {
      // Not this system's: the estimate of the waking time grows by it.
    }
    this.#clock.wakeAt[0] = Number.POSITIVE_INFINITY
    this.#sleeper = new Worker(SLEEPER, { workerData: this.#clock })
    this.#sleeper.unref()
  }

  /**
   * Where it is set already, the sooner moment counts.
   * @param atMs on the scale of performance.now(); Infinity: never
   */
  set(atMs: number): void {
    if (this.#immediate !== undefined || atMs === Number.POSITIVE_INFINITY) return
    const nowMs = performance.now()
    const isAsleep = this.#wakeMs !== Number.POSITIVE_INFINITY
    const isWoken = !isAsleep && atMs <= this.#forMs
    if (isWoken || atMs - nowMs <= AWAKE_MS) {
      this.#immediate = setImmediate(this.#wake)
      return
    }
    const wakeMs = Math.max(atMs - this.#wakingMs, nowMs)
    if (wakeMs >= this.#wakeMs) return
    const { words, wakeAt } = this.#clock
    // Before the sleeper hears of it, or what it says at once would be lost.
    if (!isAsleep) Atomics.store(words, FIRED, 0)
    this.#wakeMs = wakeMs
    this.#forMs = atMs
    wakeAt[0] = performance.timeOrigin + wakeMs
    Atomics.add(words, SETTING, 1)
    Atomics.notify(words, SETTING)
    if (!isAsleep) void this.#sleep()
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    clearImmediate(this.#immediate)
    await this.#sleeper.terminate()
  }

  async #sleep(): Promise<void> {
    await Atomics.waitAsync(this.#clock.words, FIRED, 0).value
    const lateMs = performance.now() - this.#wakeMs
    const step = WAKING_STEPS_MS[lateMs > this.#wakingMs ? 'late' : 'early']
    this.#wakingMs = Math.min(Math.max(this.#wakingMs + step, 0), MOST_WAKING_MS)
    this.#wakeMs = Number.POSITIVE_INFINITY
    this.#wake()
  }

  readonly #wake = (): void => {
    clearImmediate(this.#immediate)
    this.#immediate = undefined
    if (!this.#isStopped) this.#ring()
  }
}
