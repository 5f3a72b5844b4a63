import type { Scenario } from './scenario.ts'
import { FEW_CONNECTIONS } from './store-distance.ts'

/** No million: a server takes up to half a minute to fill its store with one, in each of six rounds. */
const ENTRIES = [0, 100_000] as const
const DISTANCES = [0, 1] as const

export const blacklistSize: Omit<Scenario, 'id'> = {
  title: 'Revocable tokens and sessions against the entries and the distance of their store, closed loop',
  question: 'With a blacklist, is there still a reason to use JWT?',
  model: 'closed',
  compared: true,
  load: { kind: 'closed' },
  connections: FEW_CONNECTIONS,
  params: ENTRIES.flatMap((entries) => DISTANCES.map((storeRttMs) => ({ entries, storeRttMs }))),
  route: { method: 'GET', path: '/me' },
  expectStatus: 200,
  entries: ({ entries }) => Number(entries),
  world: ({ storeRttMs }) => ({ storeRttMs: Number(storeRttMs) }),
  appliesTo: ({ state, family, needs }) =>
    state === 'none' || family === 'revocable token' || (family === 'session' && needs.includes('redis')),
}
