/** Timers wake up to this much late; the rest of the wait is spent awake. */
const AWAKE_MS = 2

/** Wakes at the moment that was set last, as exactly as a process can that does not spin while nothing is due soon. */
export class Alarm {
  readonly #ring: () => void
  #timer: NodeJS.Timeout | undefined
  #immediate: NodeJS.Immediate | undefined
  #timerMs = Number.POSITIVE_INFINITY

  /** @param ring may come before the moment; it sets the alarm anew, or nothing follows */
  constructor(ring: () => void) {
    this.#ring = ring
  }

  /** @param atMs on the scale of performance.now(); Infinity: never */
  set(atMs: number): void {
    if (this.#immediate !== undefined || atMs === Number.POSITIVE_INFINITY) return
    const sleepMs = Math.floor(atMs - performance.now() - AWAKE_MS)
    if (sleepMs > 0) {
      if (this.#timer !== undefined && this.#timerMs <= atMs) return
      this.stop()
      this.#timerMs = atMs
      this.#timer = setTimeout(this.#wake, sleepMs)
    } else {
      this.stop()
      this.#immediate = setImmediate(this.#wake)
    }
  }

  stop(): void {
    clearTimeout(this.#timer)
    clearImmediate(this.#immediate)
    this.#timer = undefined
    this.#immediate = undefined
  }

  readonly #wake = (): void => {
    this.stop()
    this.#ring()
  }
}
