import os from 'node:os'
import { AuthbenchError } from '../../src/results/errors.ts'
import type { Terminal } from '../cli/terminal.ts'
import { runAgent } from '../fleet/agent.ts'
import { DEFAULT_JOIN_FILE, readJoinFile } from '../fleet/secrets/join-file.ts'

export interface AgentFlags {
  readonly joinFile?: string | undefined
  readonly name?: string | undefined
}

const NAME = /^[\w.-]{1,64}$/

/** @throws AuthbenchError OPTIONS_INVALID */
export function memberName(name: string): string {
  if (NAME.test(name)) return name
  throw new AuthbenchError('OPTIONS_INVALID', `'${name}' is no name for a machine of the fleet`, {
    next: 'Use letters, digits, dots, dashes: --name NAME.',
  })
}

/** One load agent in the foreground. @returns the exit code */
export async function agent(flags: AgentFlags, terminal: Terminal): Promise<number> {
  const { joinFile = DEFAULT_JOIN_FILE } = flags
  const name = memberName(flags.name ?? os.hostname())
  const join = readJoinFile(joinFile)
  await using cleanup = new AsyncDisposableStack()
  const signal = terminal.interruption(cleanup, 'Stopping.')
  await runAgent(join, name, signal, (line) => void terminal.stdout.write(`${line}\n`))
  return 0
}
