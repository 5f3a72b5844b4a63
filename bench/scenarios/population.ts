import type { Scenario } from './scenario.ts'

export const population: Omit<Scenario, 'id'> = {
  title: 'Protected read against the number of users, closed loop',
  question: 'How much does a cache of verified credentials save when more users come than it has room for?',
  model: 'closed',
  compared: true,
  load: { kind: 'closed' },
  params: [1, 100, 10_000, 1_000_000].map((users) => ({ users })),
  route: { method: 'GET', path: '/me' },
  expectStatus: 200,
  pool: ({ users }) => ({ population: Number(users), popularity: 'zipf', mix: { valid: 1 } }),
  appliesTo: ({ state, cache }) => state === 'none' || cache !== null,
}
