import type { Scenario } from './scenario.ts'

/** From one machine over one data centre to the next region's. */
const DISTANCES = [0, 0.2, 0.5, 1, 2, 5] as const

/** With more, the proxy that lies between takes the core that it shares with the clients, and users would seem to wait longer for it. */
export const FEW_CONNECTIONS = 4

const COMMON = {
  compared: true,
  route: { method: 'GET', path: '/me' },
  expectStatus: 200,
  world: ({ storeRttMs }) => ({ storeRttMs: Number(storeRttMs) }),
} as const satisfies Partial<Scenario>

export const storeDistance: Omit<Scenario, 'id'> = {
  ...COMMON,
  title: 'Protected read against the distance of the store, closed loop',
  question: 'From which distance of the store on does a session lookup take longer than each token?',
  model: 'closed',
  load: { kind: 'closed' },
  connections: FEW_CONNECTIONS,
  params: DISTANCES.map((storeRttMs) => ({ storeRttMs })),
}

/** The rate is a share of what the slowest server serves with its store at no distance, so that it is the same at all distances. */
export const storeDistancePaced: Omit<Scenario, 'id'> = {
  ...COMMON,
  title: 'Waiting against the distance of the store, open loop',
  question: 'From which distance of the store on do users wait longer for a session than for each token?',
  model: 'open',
  load: { kind: 'paced', capacity: 'slowest' },
  params: DISTANCES.map((storeRttMs) => ({ storeRttMs, load: 0.25 })),
}
