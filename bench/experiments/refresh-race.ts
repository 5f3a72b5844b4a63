import type { RefreshRaceObservation } from '../../src/experiments/refresh-race/observation.ts'
import type { Subject } from '../run/equipment.ts'
import type { ExperimentContext, ExperimentRun } from '../trials/experiment.ts'

type Observation = RefreshRaceObservation
type Honest = Extract<Observation, { kind: 'honest' }>
type Theft = Extract<Observation, { kind: 'theft' }>

const TRIALS = { smoke: 1, short: 20, full: 200 } as const
const CLIENTS = {
  smoke: [2, 10],
  short: [2, 3, 4, 5, 6, 7, 8, 9, 10],
  full: [2, 3, 4, 5, 6, 7, 8, 9, 10],
} as const
const SECOND_MS = 1000
/** Of a user who is there, with an access token that lives for 5 minutes. */
const PERIOD_MS = 300 * SECOND_MS
const PERIODS = 12
/** Inside of any leeway that somebody would choose, and outside of it. */
const DISTANCES_MS = [SECOND_MS, 60 * SECOND_MS]
const THIEVES = ['before', 'after', 'after two'] as const
const LIMIT_MS = 60_000

/** Two servers of one strategy on one Redis, and their clock. */
interface Nodes {
  readonly strategy: string
  login(): Promise<string>
  /** Null: refused. The second of several requests goes to the second server. */
  refresh(token: string): Promise<string | null>
  /** Sends it, and looks at no answer. */
  refreshUnheard(token: string): Promise<void>
  later(ms: number): Promise<void>
}

function openNodes(strategy: string, servers: readonly Subject[], signal: AbortSignal): Nodes {
  let now = Date.now()
  let requests = 0
  const next = () => servers[requests++ % servers.length]?.origin
  async function post(path: string, body: unknown): Promise<Response> {
    const reply = await fetch(`${next()}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal,
    })
    if (reply.status !== 200 && reply.status !== 400) throw new Error(`${path}: status ${reply.status}`)
    return reply
  }
  async function tokenOf(reply: Response): Promise<string | null> {
    const { refresh_token: token } = Object(await reply.json())
    return reply.status === 200 && typeof token === 'string' ? token : null
  }
  return {
    strategy,
    async login() {
      const token = await tokenOf(await post('/login', { subject: 'user-0000000' }))
      if (token === null) throw new Error('a login gave no refresh token')
      return token
    },
    refresh: async (token) => tokenOf(await post('/refresh', { refresh_token: token })),
    async refreshUnheard(token) {
      await (await post('/refresh', { refresh_token: token })).body?.cancel()
    },
    async later(ms) {
      now += ms
      await Promise.all(servers.map((server) => server.stopClock?.(now)))
    },
  }
}

async function honestTrial(
  nodes: Nodes,
  { situation, clients, afterMs }: Pick<Honest, 'situation' | 'clients' | 'afterMs'>,
): Promise<Honest> {
  const token = await nodes.login()
  let newest: string | null = null
  if (situation === 'lost') await nodes.refreshUnheard(token)
  if (situation === 'late') {
    newest = await refreshed(nodes, await refreshed(nodes, token))
    await nodes.later(afterMs)
  }
  if (situation === 'lost') await nodes.later(afterMs)
  const replies = await Promise.all(Array.from({ length: clients }, () => nodes.refresh(token)))
  const granted = replies.filter((reply) => reply !== null)
  const successors = [...new Set(granted)]
  const held = newest === null ? successors : [newest]
  const alive = await anyRefreshes(nodes, held)
  return {
    kind: 'honest',
    strategy: nodes.strategy,
    situation,
    clients,
    afterMs,
    granted: granted.length,
    refused: replies.length - granted.length,
    successors: successors.length,
    loggedOut: !alive,
  }
}

async function anyRefreshes(nodes: Nodes, tokens: readonly string[]): Promise<boolean> {
  for (const token of tokens) if ((await nodes.refresh(token)) !== null) return true
  return false
}

async function refreshed(nodes: Nodes, token: string): Promise<string> {
  const next = await nodes.refresh(token)
  if (next === null) throw new Error('a refresh token did not work once')
  return next
}

async function theftTrial(
  nodes: Nodes,
  { thief, distanceMs }: Pick<Theft, 'thief' | 'distanceMs'>,
): Promise<Theft> {
  const stolen = await nodes.login()
  const held = { user: stolen, thief: stolen }
  const order = thief === 'before' ? (['thief', 'user'] as const) : (['user', 'thief'] as const)
  if (thief === 'after two') held.user = await refreshed(nodes, held.user)
  let elapsedMs = 0
  let thiefSinceMs: number | null = null
  let grantsOfThief = 0
  const wait = async (ms: number) => {
    elapsedMs += ms
    await nodes.later(ms)
  }
  const told = (windowMs: number | null, familyEnded: boolean): Theft => ({
    kind: 'theft',
    strategy: nodes.strategy,
    thief,
    distanceMs,
    windowMs,
    watchedMs: PERIODS * PERIOD_MS,
    grantsOfThief,
    familyEnded,
  })
  for (let period = 0; period < PERIODS; period += 1) {
    for (const [index, who] of order.entries()) {
      if (index > 0) await wait(distanceMs)
      const token = await nodes.refresh(held[who])
      if (token === null) {
        const familyEnded = !(await anyRefreshes(nodes, [held.user, held.thief]))
        return told(thiefSinceMs === null ? 0 : elapsedMs - thiefSinceMs, familyEnded)
      }
      held[who] = token
      if (who === 'thief') {
        grantsOfThief += 1
        thiefSinceMs ??= elapsedMs
      }
    }
    await wait(PERIOD_MS - distanceMs)
  }
  return told(null, false)
}

async function race({ count, ...context }: ExperimentContext<Observation>, nodes: Nodes): Promise<void> {
  const honest: readonly Pick<Honest, 'situation' | 'clients' | 'afterMs'>[] = [
    ...CLIENTS[count].map((clients) => ({ situation: 'parallel' as const, clients, afterMs: 0 })),
    { situation: 'late', clients: 1, afterMs: SECOND_MS },
    ...DISTANCES_MS.map((afterMs) => ({ situation: 'lost' as const, clients: 1, afterMs })),
  ]
  const thefts = THIEVES.flatMap((thief) => DISTANCES_MS.map((distanceMs) => ({ thief, distanceMs })))
  for (let trial = 0; trial < TRIALS[count]; trial += 1) {
    for (const each of honest) await context.trial({ limitMs: LIMIT_MS }, () => honestTrial(nodes, each))
    for (const each of thefts) await context.trial({ limitMs: LIMIT_MS }, () => theftTrial(nodes, each))
  }
}

export const refreshRace: ExperimentRun<Observation> = {
  needs: ['redis'],
  appliesTo: ({ refreshes }) => refreshes,
  expectedMs: (count, strategies) => ({ smoke: 3000, short: 6500, full: 130_000 })[count] * strategies.length,
  async run(context) {
    const redis = await context.redis()
    for (const { id, title } of context.strategies) {
      const wish = { redis, transport: 'bearer', keyPrefix: `${id}:` } as const
      const servers = await Promise.all([context.server(id, wish), context.server(id, wish)])
      const nodes = openNodes(id, servers, context.signal)
      await nodes.later(0)
      await race(context, nodes)
      await Promise.all(servers.map((server) => server.stop()))
      context.say(`${title} is done`)
    }
  },
}
