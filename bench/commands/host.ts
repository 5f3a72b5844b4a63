import os from 'node:os'
import { AuthbenchError } from '../../src/results/errors.ts'
import type { Terminal } from '../cli/terminal.ts'
import { listenAddress } from '../fleet/of-run.ts'
import { DEFAULT_JOIN_FILE, readJoinFile } from '../fleet/secrets/join-file.ts'
import { runHost } from '../hosts/host.ts'
import { lockMachine } from '../store/run-lock.ts'
import { describeStrategies } from '../subjects/own-strategies.ts'
import { memberName } from './agent.ts'

export interface HostFlags {
  readonly joinFile?: string | undefined
  readonly name?: string | undefined
  readonly listen?: string | undefined
  readonly strategy?: readonly string[] | undefined
}

/** The machine of the servers, in the foreground. @returns the exit code */
export async function host(flags: HostFlags, terminal: Terminal): Promise<number> {
  const { joinFile = DEFAULT_JOIN_FILE, listen, strategy = [] } = flags
  const name = memberName(flags.name ?? os.hostname())
  if (listen === undefined) {
    throw new AuthbenchError('OPTIONS_INVALID', 'a host needs the address that agents reach it at', {
      next: 'Add --listen ADDRESS, one of this machine.',
    })
  }
  const address = await listenAddress({ listen })
  const join = readJoinFile(joinFile)
  await using cleanup = new AsyncDisposableStack()
  const signal = terminal.interruption(cleanup, 'Stopping.')
  cleanup.defer(lockMachine(undefined, (line) => void terminal.stderr.write(`${line}\n`)))
  const own = await describeStrategies(strategy, signal)
  if (own === null) return 0
  await runHost(
    join,
    { name, listen: address ?? listen, own },
    signal,
    (line) => void terminal.stdout.write(`${line}\n`),
  )
  return 0
}
