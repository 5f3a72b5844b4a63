import { AuthbenchError } from '../../src/results/errors.ts'
import { addedByLink } from '../load/engine.ts'
import { packed } from '../load/messages.ts'
import type { Generator } from '../run/equipment.ts'
import type { Opened } from './agent.ts'
import type { Fleet } from './coordinator.ts'
import { agentWindows, cpuOfAll, mergeParts } from './merge.ts'
import { shareOf, windowOf } from './shares.ts'

const START_LIMIT_MS = 30_000
const OPEN_LIMIT_MS = 30_000
const STOP_LIMIT_MS = 10_000
/** What a generator takes beyond its window, and what it takes to ask and to answer. */
const GRACE_MS = 8000
/** From the coordinator's word to the first request: what nearly all agents need to hear of it. A late one has the window measured again, later. */
const LEAD_US = 25_000
const MOST_LEAD_US = 400_000
const TRIES = 5

const isLate = (error: unknown): boolean => error instanceof AuthbenchError && error.code === 'AGENT_LATE'

/**
 * The generators of all agents, as one.
 * @param hasServers on the machine of the run or of its host; of a target elsewhere false
 */
export async function startFleetGenerator(fleet: Fleet, hasServers: boolean): Promise<Generator> {
  const of = fleet.agents.length
  const connectionsOf = new Map<string, readonly number[]>()
  let leadUs = LEAD_US
  const isHere = (index: number): boolean => {
    const agent = fleet.agents[index]
    return hasServers && agent !== undefined && fleet.isHere(agent)
  }
  await fleet.ask('start', (index) => ({ besideServers: isHere(index) }), START_LIMIT_MS)
  return {
    async open(key, engine, target) {
      const shares = fleet.agents.map((_, index) => shareOf(target, index, of))
      if (shares.some(({ connections }) => connections === 0)) {
        throw new AuthbenchError(
          'FLEET_TOO_LARGE',
          `${target.connections} connections cannot be shared by ${of} agents`,
          {
            next: 'Use more --connections, or fewer --agents.',
          },
        )
      }
      connectionsOf.set(
        key,
        shares.map(({ connections }) => connections),
      )
      const sealed = await Promise.all(
        shares.map((share, index) => {
          const opened: Opened = { key, engine, target: packed(share) }
          return fleet.seal(index, opened)
        }),
      )
      await fleet.ask(
        'open',
        (index) => ({ sealed: sealed[index] ?? '' }),
        OPEN_LIMIT_MS + addedByLink(target),
      )
    },
    async warmUp(lanes, requests, limitMs) {
      // An agent does not see the server's process.
      const asked = {
        lanes: lanes.map(({ key }) => ({ key, pid: null })),
        requests: Math.ceil(requests / of),
        limitMs,
      }
      const warm = await fleet.ask('warm up', () => asked, limitMs * lanes.length + GRACE_MS)
      return Object.fromEntries(
        lanes.map(({ key }) => [
          key,
          { requests: warm.reduce((sum, one) => sum + (one[key]?.requests ?? 0), 0), converged: null },
        ]),
      )
    },
    async refresh(key, all) {
      const closed = await fleet.ask('refresh', () => ({ key, all }), GRACE_MS)
      return closed.reduce((sum, one) => sum + one, 0)
    },
    async slice(key, window, once) {
      for (let attempt = 1; ; attempt++) {
        try {
          const startAtUs = (await fleet.nowUs()) + leadUs
          const answered = await fleet.ask(
            'slice',
            (index) => ({ key, window: windowOf(window, index, of), startAtUs }),
            window.milliseconds + leadUs / 1000 + GRACE_MS,
          )
          const connections = connectionsOf.get(key) ?? []
          const parts = answered.map((part, index) => {
            const agent = fleet.agents[index]
            if (agent === undefined) throw new Error(`no agent ${index}`)
            return {
              ...part,
              agent: agent.name,
              connections: connections[index] ?? 0,
              isHere: fleet.isHere(agent),
              on: agent.boot,
            }
          })
          return { slice: mergeParts(parts), cpu: cpuOfAll(parts), agents: agentWindows(parts) }
        } catch (error) {
          if (!isLate(error)) throw error
          leadUs = Math.min(leadUs * 2, MOST_LEAD_US)
          if (once !== undefined || attempt === TRIES) throw error
        }
      }
    },
    async stop() {
      await fleet.ask('stop', () => ({}), STOP_LIMIT_MS).catch(() => undefined)
    },
  }
}
