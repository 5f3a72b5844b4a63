import type { Scenario } from './scenario.ts'

export const login: Omit<Scenario, 'id'> = {
  title: 'Login, closed loop',
  question: 'What does it cost to let a user in: to sign a token, or to store a session?',
  model: 'closed',
  compared: true,
  load: { kind: 'closed' },
  params: [{}],
  route: { method: 'GET', path: '/me' },
  expectStatus: 200,
  steps: ['login'],
}
