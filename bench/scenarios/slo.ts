import type { Scenario } from './scenario.ts'

export const slo: Omit<Scenario, 'id'> = {
  title: 'Highest rate within the latency limit, open loop',
  question: 'How many requests per second does one server take before its p99 breaks the limit?',
  model: 'open',
  compared: true,
  load: { kind: 'search' },
  params: [{}],
  route: { method: 'GET', path: '/me' },
  expectStatus: 200,
}
