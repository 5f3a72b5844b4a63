import { expect, test } from 'vitest'
import type { LeakObservation } from './leak/observation.ts'
import { leak } from './leak.ts'

const MINUTE_MS = 60_000
const YEAR_MS = 365 * 24 * 60 * MINUTE_MS

const theft = (changes: Partial<LeakObservation> = {}): LeakObservation => ({
  theft: '1 hour',
  subject: 'jwt-hs256',
  title: 'JWT HS256 (jose)',
  worksMs: 60 * MINUTE_MS,
  noticedMs: null,
  promisedMs: 60 * MINUTE_MS,
  watchedMs: 20 * YEAR_MS,
  logoutMs: null,
  served: 12,
  asked: 15,
  ...changes,
})

test('each theft is told with its end and with who noticed, in the order of thefts', () => {
  const { figures, answer, tables } = leak.analyse(
    [
      theft({
        theft: 'bound',
        subject: 'jwt-dpop',
        title: 'JWT + DPoP',
        worksMs: 0,
        noticedMs: 0,
        promisedMs: 0,
      }),
      theft({ theft: 'thief first', worksMs: 10 * MINUTE_MS, noticedMs: 5 * MINUTE_MS }),
      theft(),
      theft({ theft: 'no expiry', worksMs: null, promisedMs: null }),
    ],
    [],
  )
  expect(answer).toEqual([
    'A copy of a token without exp works for all 20 years that it was watched; noticed: never.',
    'A copy of a token that lives for 1 h works for 1 h; noticed: never.',
    'A copy of access and refresh token (the thief refreshes first) works for 10 min; noticed: after 5 min.',
    'A copy of a token of 1 h that is bound to a key of its client never works; noticed: at its first use.',
  ])
  expect(tables?.[0]?.rows[3]).toEqual([
    'a token of 1 h that is bound to a key of its client',
    'JWT + DPoP',
    'never',
    'at its first use',
  ])
  const endless = figures.filter(({ params }) => params.theft === 'no expiry')
  expect(endless.map(({ id, estimate }) => [id, estimate.value])).toEqual([
    ['noticed', 0],
    ['endless', 1],
  ])
})

test('of several trials the worst is told: the longest, and unnoticed where one was', () => {
  const { figures } = leak.analyse(
    [theft({ noticedMs: 0 }), theft({ worksMs: 90 * MINUTE_MS, promisedMs: null })],
    [],
  )
  const values = figures.map(({ id, estimate }) => [id, estimate.value, estimate.rounds])
  expect(values).toEqual([
    ['noticed', 1, 2],
    ['endless', 0, 2],
    ['works', 90, 2],
  ])
})

test('a copy that works beyond the end that was promised breaks a promise', () => {
  const broken = (changes: Partial<LeakObservation>) => leak.analyse([theft(changes)], []).broken
  expect(broken({})).toEqual([])
  expect(broken({ worksMs: 61 * MINUTE_MS })).toEqual([
    'JWT HS256 (jose): a copy of a token that lives for 1 h worked for longer than 1 h',
  ])
  expect(broken({ worksMs: null })).toHaveLength(1)
  expect(broken({ theft: 'bound', worksMs: 1, promisedMs: 0 })).toEqual([
    'JWT HS256 (jose): a copy of a token of 1 h that is bound to a key of its client worked',
  ])
  expect(broken({ theft: 'no expiry', worksMs: null, promisedMs: null })).toEqual([])
})
