import { AuthbenchError } from '../../src/results/errors.ts'
import { COORDINATOR_KEY, type ControlConnection, PREFIX } from './control.ts'
import { presenceKey, queueOf } from './member.ts'
import type { MemberKind, Presence } from './messages.ts'

/** Known to be there for so long after it last said so. */
const HELD_MS = 10_000
const SAID_EVERY_MS = 3000
const LOOK_MS = 250

/** A second run would load at the same time. */
export async function holdAlone(
  redis: ControlConnection,
  id: string,
  scope: AsyncDisposableStack,
  giveUp: (cause: unknown) => void,
): Promise<void> {
  if ((await redis.set(COORDINATOR_KEY, id, 'PX', HELD_MS, 'NX')) !== 'OK') {
    throw new AuthbenchError('FLEET_BUSY', 'another run has this fleet', {
      next: 'Wait for its end; after a run that was killed, some ten seconds.',
    })
  }
  const hold = async () => {
    if ((await redis.get(COORDINATOR_KEY)) !== id)
      throw new Error('this run was silent for so long that another one may have had it')
    await redis.pexpire(COORDINATOR_KEY, HELD_MS)
  }
  const timer = setInterval(() => void hold().catch(giveUp), SAID_EVERY_MS)
  scope.defer(async () => {
    clearInterval(timer)
    if (redis.status !== 'ready') return
    const holder = await redis.get(COORDINATOR_KEY).catch(() => null)
    if (holder === id) await redis.del(COORDINATOR_KEY).catch(() => undefined)
  })
  await unlink(redis, `${PREFIX}:*`, (key) => !STAYS.some((kind) => key.startsWith(kind)))
}

/** Of the fleet itself. What else is there is of a run that was killed. */
const STAYS = [`${PREFIX}:fleet`, COORDINATOR_KEY, presenceKey('agent', ''), presenceKey('host', '')]

async function unlink(
  redis: ControlConnection,
  pattern: string,
  isOld: (key: string) => boolean = () => true,
): Promise<void> {
  for (let cursor = '0', first = true; first || cursor !== '0'; first = false) {
    const [next, found] = await redis.scan(cursor, 'MATCH', pattern, 'COUNT', 1000)
    cursor = next
    const keys = found.filter(isOld)
    if (keys.length > 0) await redis.unlink(keys)
  }
}

interface Members {
  readonly agents: readonly Presence[]
  readonly host: Presence | null
}

export async function waitForMembers(
  redis: ControlConnection,
  wanted: { readonly agents: number; readonly host: string | null },
  waitMs: number,
  signal: AbortSignal,
): Promise<Members> {
  const until = performance.now() + waitMs
  for (;;) {
    const agents = await presences(redis, 'agent')
    const hosts = wanted.host === null ? [] : await presences(redis, 'host')
    const host = hosts.find(({ name }) => name === wanted.host) ?? null
    const isWhole = agents.length >= wanted.agents && (wanted.host === null || host !== null)
    if (isWhole) return { agents: agents.slice(0, wanted.agents), host }
    signal.throwIfAborted()
    if (performance.now() > until) {
      const names = (list: readonly Presence[]) =>
        list.length === 0 ? '' : `: ${list.map(({ name }) => name).join(', ')}`
      const hostless = `there is no host '${wanted.host}'; hosts that are there${names(hosts) || ': none'}`
      throw new AuthbenchError(
        'FLEET_TOO_SMALL',
        agents.length < wanted.agents
          ? `${agents.length} of ${wanted.agents} agents are there${names(agents)}`
          : hostless,
        {
          next: 'Start `authbench agent` on each load machine, and `authbench host` on that of the servers, first.',
        },
      )
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
  }
}

/** In the order of their names. */
async function presences(redis: ControlConnection, kind: MemberKind): Promise<readonly Presence[]> {
  const names: string[] = []
  for (let cursor = '0', first = true; first || cursor !== '0'; first = false) {
    const [next, keys] = await redis.scan(cursor, 'MATCH', presenceKey(kind, '*'), 'COUNT', 100)
    cursor = next
    names.push(...keys)
  }
  const sorted = [...new Set(names)].sort()
  if (sorted.length === 0) return []
  const said = await redis.mget(sorted)
  return said.flatMap((text) => (text === null ? [] : [JSON.parse(text) as Presence]))
}

/** Those who do not say any more that they are there. */
export async function gone(
  redis: ControlConnection,
  members: readonly Presence[],
): Promise<readonly string[]> {
  const said = await redis.mget(members.map(({ kind, name }) => presenceKey(kind, name)))
  return members.filter(({ id }, index) => !said[index]?.includes(id)).map(({ name }) => name)
}

/** Nothing of the run is left there; the agents are. */
export async function forget(
  redis: ControlConnection,
  id: string,
  agents: readonly Presence[],
): Promise<void> {
  if (redis.status !== 'ready') return
  const isHeld = (await redis.get(COORDINATOR_KEY)) === id
  for (const queue of [`run-${id}`, ...(isHeld ? agents.map(queueOf) : [])])
    await unlink(redis, `${PREFIX}:${queue}:*`)
}
