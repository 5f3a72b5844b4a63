/** Often enough to see what a request would have noticed. */
const EVERY_MS = 5

/** How much of the time went by without this process getting to run: its own stalls, and those that the machine made it wait. */
export interface DelayMeter extends Disposable {
  /** Milliseconds since the start of the meter. */
  lateMs(): number
}

/**
 * Servers of the checklist run in this process, so that a machine that is too busy to run it delays both sides of a request by what is
 * measured here. A limit that a strategy promises holds beyond that.
 */
export function measureDelay(now: () => number = () => performance.now()): DelayMeter {
  let expected = now() + EVERY_MS
  let lateMs = 0
  const pending = () => Math.max(0, now() - expected)
  const timer = setInterval(() => {
    lateMs += pending()
    expected = now() + EVERY_MS
  }, EVERY_MS)
  return {
    lateMs: () => lateMs + pending(),
    [Symbol.dispose]: () => clearInterval(timer),
  }
}
