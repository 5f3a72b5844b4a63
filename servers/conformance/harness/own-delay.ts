import { AssertionError } from 'node:assert/strict'

/** What was to happen by then did not: the strategy broke its promise, or the machine kept it from keeping it. */
export class TooLateError extends AssertionError {}

/** Without the reply that it needs a case does not get to what it tries. */
export class UnexpectedReplyError extends Error {
  readonly status: number
  constructor(what: string, { status, body }: { readonly status: number; readonly body: string }) {
    super(`${what}: ${status} ${body}`)
    this.status = status
  }
}

/**
 * No answer, none in time, or a 503 where another one was due. A server that lets in whom it should not, or says no to whom it
 * should let in, does so of itself, however busy the machine is.
 */
export function canBeStall(error: unknown): boolean {
  if (error instanceof UnexpectedReplyError) return error.status === 503
  if (!(error instanceof AssertionError) || error instanceof TooLateError) return true
  const statuses = [error.actual].flat().filter((each) => typeof each === 'number')
  return statuses.length > 0 && statuses.every((status) => status === 503)
}

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
