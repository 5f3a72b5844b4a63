import type { Scenario } from './scenario.ts'

export const refresh: Omit<Scenario, 'id'> = {
  title: 'Refresh, closed loop',
  question: 'What does it cost to exchange a refresh token for a new pair?',
  model: 'closed',
  compared: true,
  load: { kind: 'closed' },
  params: [{}],
  route: { method: 'GET', path: '/me' },
  expectStatus: 200,
  steps: ['refresh'],
  appliesTo: ({ refreshes }) => refreshes,
}
