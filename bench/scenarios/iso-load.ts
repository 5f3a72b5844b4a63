import type { Scenario } from './scenario.ts'

export const isoLoad: Omit<Scenario, 'id'> = {
  title: 'Same arrival rate for all, open loop',
  question: 'How long do users wait when every strategy has to serve the same requests at the same moments?',
  model: 'open',
  compared: true,
  load: { kind: 'paced', capacity: 'slowest' },
  params: [{ load: 0.5 }, { load: 0.8 }],
  route: { method: 'GET', path: '/me' },
  expectStatus: 200,
}
