import type { RenderOptions } from '../../src/report/reporter.ts'
import { AuthbenchError, messageOf } from '../../src/results/errors.ts'

interface Output {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

/** The person, or the program, at the other end. */
export interface Terminal {
  readonly stdout: Output
  readonly stderr: Output
  readonly color: boolean
  /** Aborts, saying so, when the user or the system asks the program to end; the listeners go with `scope`. */
  interruption(scope: AsyncDisposableStack, saying: string): AbortSignal
  /** Code, cause and next step; a stack only for our own defects and only with AUTHBENCH_DEBUG. */
  reportError(error: unknown): void
}

/** As wide as the terminal, within what lines can be read at; 100 columns where there is none. */
export function renderOptions({ stdout, color }: Pick<Terminal, 'stdout' | 'color'>): RenderOptions {
  const columns = stdout.isTTY === true ? (stdout.columns ?? 100) : 100
  return { color, columns: Math.min(columns, 120) }
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

const OUTPUT_LOST = 3

export function processTerminal(): Terminal {
  const { stdout, stderr } = process
  let lost = false
  // A reader that went away (`| head`, a closed window) must not end a run before it has tidied up.
  stderr.on('error', () => undefined)
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE' || lost) return
    lost = true
    stderr.write(`authbench: standard output takes no more: ${error.message} [OUTPUT_LOST]\n`)
    stderr.write('Free space there, or write to another place.\n')
    process.on('exit', () => {
      process.exitCode = OUTPUT_LOST
    })
  })
  return terminalOn(stdout, stderr, process.env)
}

export function terminalOn(
  stdout: Output,
  stderr: Output,
  env: Readonly<Record<string, string | undefined>>,
): Terminal {
  return {
    stdout,
    stderr,
    color: stdout.isTTY === true && (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb',
    interruption(scope, saying) {
      const controller = new AbortController()
      const stop = () => {
        if (!controller.signal.aborted) stderr.write(`\n${saying}\n`)
        controller.abort()
      }
      for (const name of SIGNALS) process.on(name, stop)
      scope.defer(() => {
        for (const name of SIGNALS) process.off(name, stop)
      })
      return controller.signal
    },
    reportError(error) {
      if (error instanceof AuthbenchError) {
        stderr.write(`authbench: ${error.message} [${error.code}]\n${error.next}\n`)
        return
      }
      stderr.write(`authbench: ${messageOf(error)} [UNEXPECTED]\n`)
      stderr.write('This is a defect of authbench; AUTHBENCH_DEBUG=1 shows where it happened.\n')
      if (env.AUTHBENCH_DEBUG === '1' && error instanceof Error) stderr.write(`${error.stack}\n`)
    },
  }
}
