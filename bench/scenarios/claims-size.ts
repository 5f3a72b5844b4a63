import type { Scenario } from './scenario.ts'

export const claimsSize: Omit<Scenario, 'id'> = {
  title: 'Protected read against the size of the claims, closed loop',
  question: 'What do many roles cost, and from how many on is a token refused?',
  model: 'closed',
  compared: true,
  load: { kind: 'closed' },
  // The last one is more than Node.js reads of a request's head.
  params: [0, 5, 20, 100, 200, 400, 600].map((roles) => ({ roles })),
  route: { method: 'GET', path: '/me' },
  expectStatus: 200,
  world: ({ roles }) => ({ roles: Number(roles) }),
}
