import type { Scenario } from './scenario.ts'

/** One kind of work at a time, the least first: the first point is an empty handler. */
const POINTS = [
  ...[0, 1, 5, 20].map((waitMs) => ({ waitMs })),
  ...[50, 200, 1000].map((cpuUs) => ({ cpuUs })),
  { rows: 'redis' },
  { rows: 'sqlite' },
] as const

export const handlerWork: Omit<Scenario, 'id'> = {
  title: 'Protected read against the work of its handler, closed loop',
  question: 'What is left of the difference between strategies once the handler does something?',
  model: 'closed',
  compared: true,
  load: { kind: 'closed' },
  params: POINTS,
  route: { method: 'GET', path: '/me' },
  expectStatus: 200,
  world: ({ waitMs, cpuUs, rows }) => ({
    handler: {
      ...(waitMs === undefined ? {} : { waitMs: Number(waitMs) }),
      ...(cpuUs === undefined ? {} : { cpuUs: Number(cpuUs) }),
      ...(rows === 'redis' || rows === 'sqlite' ? { rows } : {}),
    },
  }),
}
