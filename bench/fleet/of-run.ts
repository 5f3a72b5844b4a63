import type { Options } from '../../src/plan/config.ts'
import { AuthbenchError } from '../../src/results/errors.ts'
import type { Environment } from '../../src/results/results.ts'
import { EVERY_ADDRESS, freePlace } from './control-redis.ts'
import { type Fleet, openFleet } from './coordinator.ts'
import { DEFAULT_JOIN_FILE, readJoinFile } from './join-file.ts'

/** Who starts agents and a run in one go should not have to wait in between. */
const WAIT_MS = 10_000

/** The agents of a run, until the end of its cleanup; null: it loads by itself. */
export async function fleetOf(
  { agents, host, joinFile }: Options,
  signal: AbortSignal,
  cleanup: AsyncDisposableStack,
): Promise<Fleet | null> {
  if (agents === undefined) return null
  const join = readJoinFile(joinFile ?? DEFAULT_JOIN_FILE)
  const fleet = await openFleet(join, { agents, host: host ?? null }, WAIT_MS, signal)
  cleanup.defer(() => fleet.close())
  return fleet
}

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
