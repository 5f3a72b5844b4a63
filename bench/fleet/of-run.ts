import type { Options } from '../../src/plan/config.ts'
import type { Environment } from '../../src/results/results.ts'
import { type Fleet, openFleet } from './coordinator.ts'
import { DEFAULT_JOIN_FILE, readJoinFile } from './join-file.ts'

/** Who starts agents and a run in one go should not have to wait in between. */
const WAIT_MS = 10_000

/** The agents of a run, until the end of its cleanup; null: it loads by itself. */
export async function fleetOf(
  { agents, joinFile }: Options,
  signal: AbortSignal,
  cleanup: AsyncDisposableStack,
): Promise<Fleet | null> {
  if (agents === undefined) return null
  const fleet = await openFleet(readJoinFile(joinFile ?? DEFAULT_JOIN_FILE), agents, WAIT_MS, signal)
  cleanup.defer(() => fleet.close())
  return fleet
}

export const describeAgents = (fleet: Fleet): NonNullable<Environment['agents']> =>
  fleet.agents.map((agent) => {
    const { name, cores, cpu, kernel } = agent
    return { name, cores, cpu, kernel, isHere: fleet.isHere(agent) }
  })
