import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { onTestFinished } from 'vitest'

/** A file that runs as a child process does in a run, until the end of the test. */
export function forked(file: string): ChildProcess {
  const child = fork(file, { execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

/** The next thing that it says. */
export async function answerTo<To extends object, From>(child: ChildProcess, message: To): Promise<From> {
  const answer = once(child, 'message')
  child.send(message)
  const [reply] = await answer
  return reply
}
