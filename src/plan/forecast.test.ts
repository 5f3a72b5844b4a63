import { expect, test } from 'vitest'
import { resolveConfig } from './config.ts'
import { expectedLoadMs, expectedRoundMs, forecastLine, slicesOfRound } from './forecast.ts'

const CONFIG = resolveConfig(
  { profile: 'quick' },
  { strategies: ['none', 'session-redis'], scenarios: ['verify'] },
  { profile: 'quick', seed: 1, extraClaims: [] },
)
const closed = (points: number) => ({
  load: { kind: 'closed' as const },
  params: Array.from({ length: points }, (_, entries) => ({ entries })),
})

test('every point of a scenario has its slices, on the same servers', () => {
  // Two servers and the copy of one.
  expect(slicesOfRound(CONFIG, closed(1))).toBe(3 * CONFIG.slicesPerRound)
  expect(slicesOfRound(CONFIG, closed(5))).toBe(5 * slicesOfRound(CONFIG, closed(1)))
  const [one, five] = [1, 5].map((points) => expectedRoundMs(CONFIG, closed(points)))
  expect(five).toBeGreaterThan((one ?? 0) + 4 * 3 * CONFIG.slicesPerRound * CONFIG.sliceMs)
  expect(five).toBeLessThan(5 * (one ?? 0))
  expect(expectedRoundMs(CONFIG, { ...closed(5), leadsIn: true })).toBeGreaterThan(five ?? 0)
})

test('stores take time to fill, and all rounds count', () => {
  const full = { ...closed(2), entries: ({ entries }: { entries?: unknown }) => 100_000 * Number(entries) }
  expect(expectedRoundMs(CONFIG, full)).toBeGreaterThan(expectedRoundMs(CONFIG, closed(2)))
  const alone = { ...CONFIG, strategies: ['none'] }
  expect(expectedRoundMs(alone, full)).toBe(expectedRoundMs(alone, closed(2)))
  expect(expectedLoadMs(CONFIG, [closed(1), closed(1)])).toBe(
    2 * CONFIG.rounds * expectedRoundMs(CONFIG, closed(1)),
  )
})

test('a forecast adds loads and experiments, and names those that do not say', () => {
  expect(forecastLine(600_000, [])).toBe('This takes about 10 min on a quiet machine.')
  expect(
    forecastLine(600_000, [
      { id: 'ttl', ms: 120_000 },
      { id: 'csrf', ms: 45_000 },
      { id: 'leak', ms: null },
    ]),
  ).toBe(
    'This takes about 13 min on a quiet machine (loads 10 min, ttl 2 min, csrf 45 s), and as long as leak may need.',
  )
  expect(forecastLine(115_000_000, [])).toBe('This takes about 1 d 7 h on a quiet machine.')
  expect(forecastLine(0, [{ id: 'ttl', ms: 45_000 }])).toBe('This takes about 45 s on a quiet machine.')
})
