import type { Scenario } from './scenario.ts'

export const storeSize: Omit<Scenario, 'id'> = {
  title: 'Protected read against the entries of the store, closed loop',
  question: 'How large does the store grow, and does a request take longer when it is full?',
  model: 'closed',
  compared: true,
  load: { kind: 'closed' },
  params: [1000, 100_000, 1_000_000].map((entries) => ({ entries })),
  route: { method: 'GET', path: '/me' },
  expectStatus: 200,
  entries: ({ entries }) => Number(entries),
  appliesTo: ({ state, stores, fixedStore }) => state === 'none' || (stores !== null && fixedStore !== true),
}
