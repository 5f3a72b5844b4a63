import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Machine } from './machines.ts'

const MAIN = fileURLToPath(new URL('../../bench/main.ts', import.meta.url))

export interface End {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** One command of authbench on a machine. */
export interface Program {
  /** Of authbench itself; null: not yet, or no more. */
  pid(): number | null
  readonly ended: Promise<End>
  /** On either output. */
  said(): string
  /** Resolves with true once it has said it, with false when it ended without. */
  says(what: string | RegExp): Promise<boolean>
  kill(signal: NodeJS.Signals): void
}

export interface StartOptions {
  /** Between the way to the machine and the command, such as `taskset`. */
  readonly before?: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd?: string
  /** Its output is ours as well. */
  readonly isShown?: boolean
  /** It says each step of a run, as it does on a terminal. */
  readonly onTerminal?: boolean
}

const holds = (text: string, what: string | RegExp): boolean =>
  typeof what === 'string' ? text.includes(what) : what.test(text)

const quoted = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`

export function childrenOf(pid: number): readonly number[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
    return text === '' ? [] : text.split(' ').map(Number)
  } catch {
    return []
  }
}

export function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It has ended by now.
  }
}

export function startProgram(
  machine: Machine,
  args: readonly string[],
  { before = [], env, cwd, isShown = false, onTerminal = false }: StartOptions,
): Program {
  const command = [process.execPath, MAIN, ...args]
  const typed = ['script', '-qefc', `exec ${command.map(quoted).join(' ')}`, '/dev/null']
  const [program = '', ...words] = [...machine.enter, ...before, ...(onTerminal ? typed : command)]
  const child = spawn(program, words, {
    env: { ...env },
    ...(cwd === undefined ? {} : { cwd }),
    // Ctrl-C on the terminal is for us, who end one after the other.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  const waiting = new Set<{ readonly what: string | RegExp; readonly resolve: (said: boolean) => void }>()
  const outputs = [
    { from: child.stdout, to: process.stdout },
    { from: child.stderr, to: process.stderr },
  ]
  for (const { from, to } of outputs) {
    from.setEncoding('utf8').on('data', (text: string) => {
      said += text
      if (isShown) to.write(text)
      for (const each of waiting) {
        if (!holds(said, each.what)) continue
        waiting.delete(each)
        each.resolve(true)
      }
    })
  }
  const ended = new Promise<End>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }))
    child.once('error', (error) => {
      said += error.message
      resolve({ code: null, signal: null })
    })
  })
  let isClosed = false
  void ended.then(() => {
    isClosed = true
    for (const { resolve } of waiting) resolve(false)
  })
  const pid = () => {
    const outer = child.pid ?? -1
    return onTerminal ? (childrenOf(outer)[0] ?? null) : outer
  }
  return {
    pid,
    ended,
    said: () => said,
    async says(what) {
      if (holds(said, what)) return true
      if (isClosed) return false
      return new Promise((resolve) => waiting.add({ what, resolve }))
    },
    kill(signal) {
      // What plays the terminal stops with who sits at it.
      if (onTerminal && signal === 'SIGCONT') child.kill(signal)
      const to = isClosed ? null : pid()
      if (to !== null) send(to, signal)
    },
  }
}

/** Asked to end, and killed where it does not. */
export async function stopped(program: Program, limitMs: number): Promise<void> {
  program.kill('SIGINT')
  const late = setTimeout(() => program.kill('SIGKILL'), limitMs)
  await program.ended
  clearTimeout(late)
}
