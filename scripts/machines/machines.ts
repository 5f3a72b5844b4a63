// In this folder: machines that are network namespaces of this one, joined by cables that can be pulled, and programs of ours on them.

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { childEnvironment } from '../../bench/machine/child-environment.ts'
import { findProgram } from '../../servers/process/find-program.ts'
import { AuthbenchError, messageOf } from '../../src/results/errors.ts'

const PREFIX = 'authbench-lan-'
/** Inside of namespaces that nothing leaves. */
const NETWORK = '10.79.0'
const PROGRAMS = ['ip', 'nsenter', 'setpriv'] as const

export interface Machine {
  readonly name: string
  readonly address: string
  /** Words before a command, which then runs there and ends with this process. */
  readonly enter: readonly string[]
  /** The cable between it and the others. */
  plug(isIn: boolean): Promise<void>
}

const execute = promisify(execFile)
const run = async (program: string, ...args: readonly string[]): Promise<string> =>
  (await execute(program, args, { env: childEnvironment() })).stdout

/** @throws AuthbenchError MACHINES_UNAVAILABLE where this system lets nobody make namespaces, or not this user */
function assertPossible(): void {
  const missing = PROGRAMS.filter((program) => findProgram([program]) === null)
  const [message, next] =
    process.platform !== 'linux'
      ? ['network namespaces are of Linux alone', 'Use a machine, or a virtual one, with Linux.']
      : missing.length > 0
        ? [`there is no ${missing.join(', no ')}`, 'On Debian: apt-get install iproute2 util-linux.']
        : process.getuid?.() !== 0
          ? ['only root makes network namespaces', 'Start it with sudo, or in a virtual machine of your own.']
          : []
  if (message !== undefined && next !== undefined)
    throw new AuthbenchError('MACHINES_UNAVAILABLE', message, { next })
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** Those of this process, or of whom they are told. */
async function namespacesLeft(isOf: (pid: number) => boolean): Promise<readonly string[]> {
  const names = (await run('ip', 'netns', 'list')).match(/^\S+/gm) ?? []
  return names.filter(
    (name) => name.startsWith(PREFIX) && isOf(Number.parseInt(name.slice(PREFIX.length), 10)),
  )
}

/** What this process has made and not removed. */
export const ownNamespaces = (): Promise<readonly string[]> => namespacesLeft((pid) => pid === process.pid)

/**
 * The first of the machines has the switch that the cables of the others end in. All of it is removed with the scope; what a process left
 * that was killed, by the next one.
 * @throws AuthbenchError MACHINES_UNAVAILABLE
 */
export async function openMachines(
  names: readonly string[],
  scope: AsyncDisposableStack,
): Promise<ReadonlyMap<string, Machine>> {
  assertPossible()
  const machines = new Map<string, Machine>()
  const [hub, ...others] = names.map((name) => `${PREFIX}${process.pid}-${name}`)
  if (hub === undefined) return machines
  const machineAt = (namespace: string, index: number, plug: Machine['plug']): Machine => ({
    name: names[index] ?? '',
    address: `${NETWORK}.${index + 1}`,
    // Not `ip netns exec`, whose own /sys hides the quotas of control groups.
    enter: ['setpriv', '--pdeathsig', 'TERM', 'nsenter', `--net=/run/netns/${namespace}`],
    plug,
  })
  try {
    for (const name of await namespacesLeft((pid) => !isAlive(pid))) await run('ip', 'netns', 'delete', name)
    for (const namespace of [hub, ...others]) {
      await run('ip', 'netns', 'add', namespace)
      // Its devices go with it.
      scope.defer(() => run('ip', 'netns', 'delete', namespace).then(() => undefined))
      await run('ip', '-n', namespace, 'link', 'set', 'lo', 'up')
    }
    await run('ip', '-n', hub, 'link', 'add', 'switch', 'type', 'bridge')
    await run('ip', '-n', hub, 'address', 'add', `${NETWORK}.1/24`, 'dev', 'switch')
    await run('ip', '-n', hub, 'link', 'set', 'switch', 'up')
    for (const [index, namespace] of others.entries()) {
      const [port, address] = [`port${index + 1}`, `${NETWORK}.${index + 2}/24`]
      await run(
        'ip',
        '-n',
        hub,
        'link',
        'add',
        port,
        'type',
        'veth',
        'peer',
        'name',
        'net',
        'netns',
        namespace,
      )
      await run('ip', '-n', hub, 'link', 'set', port, 'master', 'switch', 'up')
      await run('ip', '-n', namespace, 'address', 'add', address, 'dev', 'net')
      await run('ip', '-n', namespace, 'link', 'set', 'net', 'up')
      const plug = async (isIn: boolean) => {
        await run('ip', '-n', hub, 'link', 'set', port, isIn ? 'up' : 'down')
        // Whom they could not find in between, both sides would take for away for some seconds more.
        for (const side of isIn ? [hub, namespace] : []) await run('ip', '-n', side, 'neigh', 'flush', 'all')
      }
      machines.set(names[index + 1] ?? '', machineAt(namespace, index + 1, plug))
    }
  } catch (error) {
    throw new AuthbenchError('MACHINES_UNAVAILABLE', messageOf(error).trim().split('\n').join(' '), {
      next: 'Network namespaces, bridges and veth devices are needed: use a virtual machine of your own.',
      cause: error,
    })
  }
  machines.set(
    names[0] ?? '',
    machineAt(hub, 0, () => Promise.resolve()),
  )
  return machines
}
