import { seededRandom, shuffle } from '../../src/plan/random.ts'
import type { Scenario, Step } from './scenario.ts'

/** The same order in every run, so that runs can be compared; of this one no stretch is without logins and logouts for long. */
const SEED = 78

const repeated = (steps: readonly Step[], times: number): readonly (readonly Step[])[] =>
  Array.from({ length: times }, () => steps)

/** Of 100 requests 90 reads, 4 logins, 3 logouts, 3 refreshes. Whoever leaves makes room for the next user; one login leaves a session behind. */
const turns: readonly (readonly Step[])[] = [
  ...repeated(['read'], 90),
  ...repeated(['refresh'], 3),
  ...repeated(['logout', 'login'], 3),
  ['login'],
]

export const mixed: Omit<Scenario, 'id'> = {
  title: 'Reads, logins, logouts and refreshes, closed loop',
  question: 'What does a request cost on average when users come, stay and go: 90 reads of 100 requests?',
  model: 'closed',
  compared: true,
  mixed: true,
  load: { kind: 'closed' },
  params: [{}],
  route: { method: 'GET', path: '/me' },
  expectStatus: 200,
  steps: shuffle(turns, seededRandom(SEED)).flat(),
}
