import type { Results } from '../results/results.ts'

// What a made-up run is said to show; nothing is computed from its numbers.

export const CLAIMS: Results['claims'] = [
  {
    id: 'jwt-cannot-be-revoked',
    text: 'A JWT cannot be revoked before it expires.',
    verdict: 'depends',
    why: 'A plain JWT was still accepted after logout; one with a blacklist was refused at once, at the price of a lookup.',
    evidence: [
      'JWT HS256 (jose) answered 200 after logout, JWT HS256 + blacklist in Redis answered 401.',
      'The blacklist adds 48.4 µs/req [47.2, 49.7] of server CPU.',
    ],
  },
  {
    id: 'jwt-is-larger',
    text: 'A JWT makes every request larger.',
    verdict: 'supported',
    why: 'Each JWT is at least eleven times as long as an opaque session id.',
    evidence: ['JWT HS256 (jose): 582 B exact of request head; Session in Redis: 149 B exact.'],
  },
  {
    id: 'stateless-is-faster',
    text: 'Stateless tokens are faster because they save the lookup.',
    verdict: 'refuted',
    why: 'The library decides, not the state: with jose, HS256 costs more server CPU than a session in Redis.',
    evidence: ['JWT HS256 (jose) costs +5.1 µs/req [+3.1, +7.0] more than Session in Redis.'],
  },
  {
    id: 'refresh-tokens',
    text: 'Refresh tokens bring back what short expiry takes away.',
    verdict: 'not measured',
    why: 'No scenario of this run refreshes a token.',
    evidence: [],
  },
]

export const FINDINGS: Results['findings'] = [
  {
    kind: 'slow-first-round',
    severity: 'info',
    sentence: 'Round 1 was 3.1 % slower than the others for every strategy.',
    advice: null,
  },
  {
    kind: 'shared-core',
    severity: 'warning',
    sentence: 'Redis and the load generator shared a core.',
    advice: 'Use a machine with four cores to compare throughput.',
  },
]
