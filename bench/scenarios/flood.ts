import type { Pool } from '../run/pool.ts'
import type { Scenario } from './scenario.ts'

/** Of the requests that are good. */
const VALID = 0.1

const mixOf = (attack: unknown): Pool['mix'] => {
  switch (attack) {
    case 'unknown':
    case 'forged':
    case 'expired':
    case 'oversized':
      return { valid: VALID, [attack]: 1 - VALID }
    default:
      return { valid: 0.5, expired: 0.1, revoked: 0.1, forged: 0.1, unknown: 0.1, oversized: 0.1 }
  }
}

/** Whoever sends them needs no key and no account. */
export const flood: Omit<Scenario, 'id'> = {
  title: 'Flood of invalid credentials, closed loop',
  question: 'What does it cost the server to refuse, and what is left for users whose credentials are good?',
  model: 'closed',
  compared: true,
  mixed: true,
  load: { kind: 'closed' },
  params: ['unknown', 'forged', 'expired', 'oversized', 'every kind'].map((attack) => ({ attack })),
  route: { method: 'GET', path: '/me' },
  expectStatus: 200,
  pool: ({ attack }) => ({ population: 1000, popularity: 'uniform', mix: mixOf(attack) }),
  appliesTo: ({ state }) => state !== 'none' && state !== 'unknown',
}
