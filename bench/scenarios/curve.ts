import type { Scenario } from './scenario.ts'

export const curve: Omit<Scenario, 'id'> = {
  title: 'Latency against load, open loop',
  question: 'How does waiting grow as each strategy comes close to what it can serve?',
  model: 'open',
  compared: false,
  load: { kind: 'paced', capacity: 'own' },
  params: [0.2, 0.4, 0.6, 0.7, 0.8, 0.9].map((load) => ({ load })),
  route: { method: 'GET', path: '/me' },
  expectStatus: 200,
}
