// In this folder: child processes of a run. They are started, spoken to, pinned, and stopped whatever happens.

import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { AuthbenchError } from '../../src/results/errors.ts'
import { childEnvironment } from '../machine/child-environment.ts'
import { isOnCore, pinProcess } from '../machine/pinning.ts'

/**
 * What makes one process of the same code like the next.
 *
 * A young generation of one size, the largest that V8 chooses by itself. Left to grow, it settles at other sizes in other processes, and
 * with it how often the collector runs. Processes of jwt-hs256-fast then differed with a standard deviation of about 3 %, with one size of
 * 1 % in a quiet experiment and of 2 % over the rounds of results/calibration.md. The two were measured one after the other.
 *
 * The threshold that V8 documents as its default, said aloud. Left unsaid, Node 26 compiles a third of a server's hot functions only at
 * about 17,000 requests; said, at 5,000 to 8,000. What a request costs after that is the same (none 22 us, jwt-hs256-fast 42 us,
 * session-redis 42 us both ways); 1000 instead of 3000 gives other code, which costs a tenth less.
 */
export const NODE_FLAGS = [
  '--invocation-count-for-turbofan=3000',
  '--min-semi-space-size=16',
  '--max-semi-space-size=16',
] as const
const STOP_LIMIT_MS = 3000
/** Ten processes start in every round; this saves each a third of its start. What runs later is the same. */
const COMPILE_CACHE = fileURLToPath(new URL('../../node_modules/.cache/authbench/', import.meta.url))
const STDERR_LIMIT = 2000

interface Reply {
  readonly type: string
}

interface Failed extends Reply {
  readonly type: 'failed'
  readonly code: string
  readonly message: string
}

const isFailed = (reply: Reply): reply is Failed => reply.type === 'failed'

/** A child that answers one message at a time over IPC, and that never outlives its parent. */
export class Child<Sent extends object, Received extends Reply> {
  readonly #label: string
  readonly #process: ChildProcess
  readonly #exited: Promise<void>
  #gone = false
  #stopping = false
  #stderr = ''
  #core: number | null = null
  #pending: PromiseWithResolvers<Received> | null = null

  /** The signal ends the child at once, whatever it is doing. */
  constructor(entry: URL, label: string, signal: AbortSignal) {
    this.#label = label
    // A process group of its own: Ctrl-C in the terminal reaches the runner alone, which then ends the children in order.
    this.#process = fork(entry, [], {
      detached: true,
      execArgv: [...NODE_FLAGS],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env: { ...childEnvironment(), NODE_COMPILE_CACHE: COMPILE_CACHE },
    })
    this.#process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-STDERR_LIMIT)
    })
    this.#process.on('message', (message) => this.#settle(message as Received))
    this.#exited = new Promise((resolve) => {
      this.#process.once('close', (code, signal) => {
        this.#gone = true
        this.#pending?.reject(this.#died(code, signal))
        this.#pending = null
        resolve()
      })
      this.#process.once('error', () => undefined)
    })
    const stop = () => void this.stop()
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    void this.#exited.then(() => signal.removeEventListener('abort', stop))
  }

  /** Not on the core that it was pinned to. */
  get displaced(): boolean {
    return this.#core !== null && !this.#gone && !isOnCore(this.pid, this.#core)
  }

  get pid(): number {
    return this.#process.pid ?? -1
  }

  get gone(): boolean {
    return this.#gone
  }

  pin(core: number | null): void {
    if (!this.#gone) pinProcess(this.pid, core)
    this.#core = core
  }

  /** The next message of the child, which is not an answer to one of ours. */
  receive<Type extends Received['type']>(
    type: Type,
    limitMs: number,
  ): Promise<Extract<Received, { type: Type }>> {
    return this.#await(type, limitMs)
  }

  /** @throws AuthbenchError with the child's own code, or CHILD_DIED, or CHILD_SILENT */
  async request<Type extends Received['type']>(
    message: Sent,
    type: Type,
    limitMs: number,
  ): Promise<Extract<Received, { type: Type }>> {
    const reply = this.#await(type, limitMs)
    if (!this.#gone && this.#process.connected) this.#process.send(message, () => undefined)
    return reply
  }

  /** SIGTERM, then SIGKILL; resolves when the process has exited. */
  async stop(): Promise<void> {
    this.#stopping = true
    if (this.#gone) return
    this.#process.kill('SIGTERM')
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), STOP_LIMIT_MS)
    await this.#exited
    clearTimeout(timer)
  }

  async #await<Type extends Received['type']>(
    type: Type,
    limitMs: number,
  ): Promise<Extract<Received, { type: Type }>> {
    if (this.#gone || this.#stopping) {
      await this.#exited
      throw this.#died(this.#process.exitCode, this.#process.signalCode)
    }
    const pending = Promise.withResolvers<Received>()
    this.#pending = pending
    const timer = setTimeout(
      () =>
        pending.reject(
          new AuthbenchError('CHILD_SILENT', `${this.#label} did not answer within ${limitMs} ms`, {
            next: 'The cell is marked failed and the run goes on; look for a hang in the strategy.',
            exitCode: 3,
          }),
        ),
      limitMs,
    )
    try {
      const reply = await pending.promise
      if (isFailed(reply)) {
        throw new AuthbenchError(reply.code, reply.message, {
          next: `It happened in ${this.#label}.`,
          exitCode: 3,
        })
      }
      if (reply.type !== type)
        throw new Error(`${this.#label} answered '${reply.type}' to a request for '${type}'`)
      return reply as Extract<Received, { type: Type }>
    } finally {
      clearTimeout(timer)
      if (this.#pending === pending) this.#pending = null
    }
  }

  #settle(message: Received): void {
    const pending = this.#pending
    this.#pending = null
    pending?.resolve(message)
  }

  #died(code: number | null, signal: NodeJS.Signals | null): AuthbenchError {
    const how = signal === null ? `exit code ${code}` : signal
    const said = this.#stderr.trim().split('\n').slice(-3).join(' | ')
    return new AuthbenchError('CHILD_DIED', `${this.#label} died (${how})${said === '' ? '' : `: ${said}`}`, {
      next: 'The cell is marked failed and the run goes on.',
      exitCode: 3,
    })
  }
}
