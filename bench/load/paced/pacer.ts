/** Timers wake up to this much late; the rest of the wait is spent awake. */
const AWAKE_MS = 2
/** About one turn of the event loop: a moment that is as near is waited for here. */
const TURN_MS = 0.003

/**
 * Wakes up at the moments that `nextAt` names, until it names none: a timer while the moment is far, then once per turn of the event
 * loop, which answers that arrive meanwhile do not have to wait for.
 * @param nextAt on the scale of performance.now(); Infinity when there is nothing left
 * @param due called with the time now, which may be before the moment
 * @returns what stops it
 */
export function startPacer(nextAt: () => number, due: (now: number) => void): () => void {
  let timer: NodeJS.Timeout | undefined
  let immediate: NodeJS.Immediate | undefined
  let stopped = false
  const wait = (now: number) => {
    const sleepMs = Math.floor(nextAt() - now - AWAKE_MS)
    if (sleepMs === Number.POSITIVE_INFINITY || stopped) return
    if (sleepMs > 0) timer = setTimeout(wake, sleepMs)
    else immediate = setImmediate(wake)
  }
  const wake = () => {
    const next = nextAt()
    let now = performance.now()
    while (now < next && next - now < TURN_MS) now = performance.now()
    due(now)
    wait(now)
  }
  wait(performance.now())
  return () => {
    stopped = true
    clearTimeout(timer)
    clearImmediate(immediate)
  }
}
