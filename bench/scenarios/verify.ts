import type { Scenario } from './scenario.ts'

export const verify: Omit<Scenario, 'id'> = {
  title: 'Protected read, closed loop',
  question: 'What does one authenticated request cost, and how many does one core serve?',
  model: 'closed',
  compared: true,
  load: { kind: 'closed' },
  params: [{}],
  route: { method: 'GET', path: '/me' },
  expectStatus: 200,
}
