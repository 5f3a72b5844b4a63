// In this folder: processes that never outlive whoever started them.

import { messageOf } from '../../src/results/errors.ts'

const ORPHAN_MS = 3000

export interface Failed {
  readonly type: 'failed'
  readonly code: string
  readonly message: string
}

/**
 * Makes this process a server that answers one message after the other of the parent that started it, and that never outlives it.
 * @param handle what it rejects with becomes a `failed` message, under the error's own code or `failureCode`
 * @param close before the process ends; what it rejects with is of no interest any more
 */
export function serveParent<Message, Answer>(
  handle: (message: Message) => Promise<Answer | Failed>,
  close: () => Promise<unknown>,
  failureCode: string,
): void {
  const stop = () => void close().then(end, end)
  process.on('message', (message: Message) => {
    handle(message).then(send, (error: unknown) => send(failure(error, failureCode)))
  })
  // A terminal sends Ctrl-C to the whole group; when this server goes is the runner's decision.
  process.on('SIGINT', () => {})
  process.on('SIGTERM', stop)
  process.on('disconnect', () => {
    // Nobody is left who would kill a strategy that does not end.
    setTimeout(end, ORPHAN_MS)
    stop()
  })
}

const end = () => process.exit(0)

function send(message: unknown): void {
  // The parent may be gone; then `disconnect` ends this process, and the callback swallows the failed write.
  if (process.connected) process.send?.(message, undefined, undefined, () => {})
}

function failure(error: unknown, failureCode: string): Failed {
  const code = error instanceof Error && 'code' in error ? String(error.code) : failureCode
  return { type: 'failed', code, message: messageOf(error) }
}
