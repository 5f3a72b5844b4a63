import { expect, it } from 'vitest'
import { readWishes } from './wishes.ts'

it.each([
  ['at-once', 0],
  ['1s', 1_000],
  ['500ms', 500],
  ['0.5 min', 30_000],
  ['2h', 7_200_000],
  ['0', 0],
  ['expiry', null],
  [' AT-ONCE ', 0],
  ['', null],
])('a deadline of "%s" is read', (text, ms) => {
  expect(readWishes({ 'revoke-within': text })).toMatchObject({
    wishes: { revokeWithinMs: ms },
    problems: [],
  })
})

it.each([
  [{ 'revoke-within': 'soon' }, /no duration.*at-once or expiry/],
  [{ 'revoke-within': '1' }, /no duration/],
  [{ 'revoke-within': '-1s' }, /no duration/],
  [{ 'revoke-within': '9999999d' }, /too long/],
  [{ 'redis-rtt': '1e3ms' }, /no duration/],
  [{ 'redis-rtt': 'at-once' }, /no duration/],
  [{ 'redis-rtt': '1constructor' }, /no duration/],
  [{ users: '0' }, /whole number/],
  [{ users: '1.5' }, /whole number/],
  [{ users: 'NaN' }, /whole number/],
  [{ 'requests-per-user': '0' }, /no number above 0/],
  [{ services: '0' }, /whole number from 1/],
  [{ roles: '<script>' }, /whole number/],
  [{ transport: 'cokie' }, /none of bearer, cookie/],
])('%j is refused with what is wanted', (given, message) => {
  const { problems } = readWishes(given)
  expect(problems.map(({ wish }) => wish)).toEqual(Object.keys(given))
  expect(problems[0]?.text).toMatch(message)
})

it('a long text is not repeated whole', () => {
  expect(readWishes({ users: 'x'.repeat(10_000) }).problems[0]?.text.length).toBeLessThan(120)
})
