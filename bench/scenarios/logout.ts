import type { Scenario } from './scenario.ts'

export const logout: Omit<Scenario, 'id'> = {
  title: 'Login and logout, closed loop',
  question: 'What does it cost to let users in and out again, each login with its logout?',
  model: 'closed',
  compared: true,
  load: { kind: 'closed' },
  params: [{}],
  route: { method: 'GET', path: '/me' },
  expectStatus: 200,
  steps: ['login', 'logout'],
}
