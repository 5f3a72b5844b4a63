import { expect, test } from 'vitest'
import { seededRandom } from '../../plan/random.ts'
import {
  DEFAULTS,
  exposureOf,
  herdPeak,
  LIVES_SECONDS,
  lifeOfShare,
  refreshesNeeded,
  refreshesPerHour,
  refreshShare,
} from './model.ts'

test('refreshes come once in a life and a gap, and more often than requests never', () => {
  expect(refreshesPerHour(600, 60)).toBeCloseTo(3600 / 660)
  expect(refreshesPerHour(1, 30)).toBeLessThan(30)
})

test('a walk through many requests agrees with the formula', () => {
  const random = seededRandom(7)
  const [life, gap, moments] = [600, 60, [] as number[]]
  for (let at = 0; at < 1_000_000; at += gap * -Math.log1p(-random())) moments.push(at)
  const needed = refreshesNeeded(moments, life)
  expect(Math.abs(needed / (1_000_000 / (life + gap)) - 1)).toBeLessThan(0.02)
})

test('a token is refused when its life is over, and not a second earlier', () => {
  expect(refreshesNeeded([599], 600)).toBe(0)
  expect(refreshesNeeded([600], 600)).toBe(1)
  expect(refreshesNeeded([600, 1199, 1200], 600)).toBe(2)
})

test('the life of a share is where refreshing takes that share', () => {
  const life = lifeOfShare(3, 0.05, 120)
  expect(refreshShare(3, life, 120)).toBeCloseTo(0.05)
  expect(lifeOfShare(0.001, 0.05, 120)).toBe(0)
})

test('every default of a provider is a life that is looked at', () => {
  expect(LIVES_SECONDS).toEqual(expect.arrayContaining([...DEFAULTS.keys()]))
})

test('a thief has half a life on average, and all of it at most', () => {
  expect(exposureOf(600)).toEqual({ mean: 300, max: 600 })
})

test('users who came together refresh together, and lives that differ drive them apart', () => {
  const peak = (jitter: number) => herdPeak({ users: 2000, lifeSeconds: 3600, jitter }, seededRandom(1))
  // Logins of one minute fall into one minute or two of the sixty.
  expect(peak(0)).toBeGreaterThan(29)
  expect(peak(0)).toBeLessThanOrEqual(60)
  expect(peak(0.2)).toBeLessThan(6)
  expect(peak(0.2)).toBe(peak(0.2))
})
