/** @returns what stops it */
export type StartTimer = (milliseconds: number, onEnd: () => void) => () => void

export const systemTimer: StartTimer = (milliseconds, onEnd) => {
  const timer = setTimeout(onEnd, milliseconds)
  return () => clearTimeout(timer)
}

/** For what was cut short, to put back what it had changed: a Redis that it paused, a connection that it cut. */
const GRACE_MS = 3000

export interface TimeLimit extends Disposable {
  /** Aborted at the end of the time, and by whoever may abort the work before it. */
  readonly signal: AbortSignal
  /** Rejects shortly after the end of the time at the latest, whether the work ends or not. */
  within<T>(work: () => Promise<T>): Promise<T>
}

export function timeLimit(milliseconds: number, interrupted: AbortSignal, startTimer: StartTimer): TimeLimit {
  const over = new AbortController()
  const signal = AbortSignal.any([over.signal, interrupted])
  const stop = startTimer(milliseconds, () => over.abort())
  return {
    signal,
    async within(work) {
      const { promise: graceIsOver, reject } = Promise.withResolvers<never>()
      let stopGrace = () => {}
      const onAbort = () => {
        stopGrace = startTimer(GRACE_MS, () => reject(new Error('did not end in time')))
      }
      if (signal.aborted) onAbort()
      else signal.addEventListener('abort', onAbort, { once: true })
      try {
        return await Promise.race([work(), graceIsOver])
      } finally {
        signal.removeEventListener('abort', onAbort)
        stopGrace()
      }
    },
    [Symbol.dispose]: stop,
  }
}
