import type { Options } from '../../src/plan/config.ts'
import { AuthbenchError } from '../../src/results/errors.ts'
import type { Environment } from '../../src/results/results.ts'
import { EVERY_ADDRESS, freePlace } from './control-redis.ts'
import { type Fleet, openFleet } from './coordinator.ts'
import { bootOf } from './member.ts'
import { DEFAULT_JOIN_FILE, readJoinFile } from './secrets/join-file.ts'

/** Who starts agents and a run in one go should not have to wait in between. */
const WAIT_MS = 10_000

/** The agents of a run, until the end of its cleanup; null: it loads by itself. */
export async function fleetOf(
  { agents, host, joinFile, listen, target }: Options,
  signal: AbortSignal,
  cleanup: AsyncDisposableStack,
): Promise<Fleet | null> {
  if (agents === undefined) return null
  const join = readJoinFile(joinFile ?? DEFAULT_JOIN_FILE)
  const fleet = await openFleet(join, { agents, host: host ?? null }, WAIT_MS, signal)
  cleanup.defer(() => fleet.close())
  const isElsewhere =
    fleet.agents.some((agent) => !fleet.isHere(agent)) ||
    (fleet.host !== null && fleet.host.boot !== bootOf())
  if (isElsewhere && listen === undefined && (host === undefined || target !== undefined))
    assertReached(target)
  return fleet
}

/** On another machine the loopback is another one, and what answers there another server. */
function assertReached(target: string | undefined): void {
  if (target !== undefined && !isLoopback(new URL(target).hostname)) return
  throw new AuthbenchError(
    'OPTIONS_INVALID',
    target === undefined
      ? 'agents are on other machines, and the servers would listen on the loopback of this one'
      : '--target is on the loopback, which on the machines of the agents is another one',
    {
      next:
        target === undefined
          ? 'Add --listen ADDRESS, one of this machine that agents reach.'
          : 'Name the address that agents reach it by.',
    },
  )
}

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host)

/**
 * Where servers listen, and agents load them: an address, so that no name is looked up while it is measured. Null: on the loopback.
 * @throws AuthbenchError FLEET_ADDRESS_INVALID
 */
export async function listenAddress({ listen }: Options): Promise<string | null> {
  if (listen === undefined) return null
  const { address } = await freePlace(listen, 0)
  if (!EVERY_ADDRESS.includes(address)) return address
  throw new AuthbenchError(
    'FLEET_ADDRESS_INVALID',
    `--listen ${listen} is every address, and agents need one`,
    {
      next: 'Give an address or a name of this machine that agents reach: --listen ADDRESS.',
    },
  )
}

export const describeAgents = (fleet: Fleet): NonNullable<Environment['agents']> =>
  fleet.agents.map((agent) => {
    const { name, cores, cpu, kernel } = agent
    return { name, cores, cpu, kernel, isHere: fleet.isHere(agent) }
  })
