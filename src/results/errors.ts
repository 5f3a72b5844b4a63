/** 2: the input is wrong; 3: the input is fine and the measurement is not to be had. */
export type FailureExitCode = 1 | 2 | 3

export interface AuthbenchErrorOptions {
  /** What the reader can do now, one sentence. */
  readonly next: string
  readonly exitCode?: FailureExitCode
  readonly cause?: unknown
}

/**
 * The only error whose message is meant for a person. `code` is stable and upper case
 * (`REDIS_REFUSED`); the message says what happened, `next` what to do about it.
 */
export class AuthbenchError extends Error {
  override readonly name = 'AuthbenchError'
  readonly code: string
  readonly next: string
  readonly exitCode: FailureExitCode

  constructor(code: string, message: string, options: AuthbenchErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.next = options.next
    this.exitCode = options.exitCode ?? 2
  }
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
