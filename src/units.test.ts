import { expect, test } from 'vitest'
import {
  commonScale,
  estimateText,
  formatBytes,
  formatChange,
  formatCount,
  formatDuration,
  formatEstimate,
  formatInstant,
  formatList,
  formatNumber,
  formatPercent,
  formatProbability,
  formatQuantile,
  formatQuantity,
  scaleOf,
} from './units.ts'

const estimate = (value: number, low: number | null, high: number | null) => ({ value, low, high, rounds: 6 })

test.each([
  [46.1234, 45.0, 47.3, 'us/req', '46.1 µs/req [45.0, 47.3]'],
  [1234.6, 1221.4, 1250.2, 'us/req', '1,235 µs/req [1,221, 1,250]'],
  [8689, 7890, 8982, 'req/s', '8,700 req/s [7,900, 9,000]'],
  [12_345, 12_222, 12_456, 'rps', '12,350 req/s [12,220, 12,460]'],
  [1460, 1400, 1530, 'us', '1.46 ms [1.40, 1.53]'],
  [999, 900, 1100, 'us', '1,000 µs [900, 1,100]'],
  [2_500_000, 2_400_000, 2_600_000, 'us', '2.50 s [2.40, 2.60]'],
  [1.834, 1.788, 1.881, 'ratio', '1.834× [1.788, 1.881]'],
  [1.83, 1.7, 1.9, 'ratio', '1.83× [1.70, 1.90]'],
  [1.0001, 1, 1.0004, '1/req', '1.000 per request [1.000, 1.000]'],
  [-3.21, -4.5, -1.2, 'us/req', '−3.2 µs/req [−4.5, −1.2]'],
  [-0.01, -1.2, 1.3, 'us/req', '0.0 µs/req [−1.2, 1.3]'],
])('two digits of the interval width decide: %d [%d, %d] %s', (value, low, high, unit, text) => {
  expect(formatEstimate(estimate(value, low, high), unit)).toBe(text)
})

test.each([
  [-27, -48, 0.3, '%', '−27 % [−48, +0.3]'],
  [0.1, -0.034, 0.25, 'us/req', '+0.10 µs/req [−0.03, +0.25]'],
  [12, 0.0004, 25, 'us/req', '+12 µs/req [<+0.001, +25]'],
  [-12, -25, -0.0004, 'us/req', '−12 µs/req [−25, >−0.001]'],
  [12, 0, 25, 'us/req', '+12 µs/req [0, +25]'],
])('an end beside zero is not written as zero: %d [%d, %d] %s', (value, low, high, unit, text) => {
  expect(formatEstimate(estimate(value, low, high), unit, { signed: true })).toBe(text)
})

test('words are listed as a reader would', () => {
  expect([[], ['a'], ['a', 'b'], ['a', 'b', 'c']].map(formatList)).toEqual([
    'none',
    'a',
    'a and b',
    'a, b and c',
  ])
})

test('a count that is the same in every round is exact', () => {
  expect(formatEstimate(estimate(812, 812, 812), 'B')).toBe('812 B exact')
  expect(formatEstimate(estimate(1.5, 1.5, 1.5), '1/req')).toBe('1.5 per request exact')
  expect(formatEstimate(estimate(0, 0, 0), 'B')).toBe('0 B exact')
  expect(formatEstimate(estimate(100, 100, 100), 'B', { signed: true })).toBe('+100 B exact')
})

test('too few rounds leave no interval, and the text says so', () => {
  expect(formatEstimate(estimate(46.1234, null, null), 'us/req')).toBe('46.1 µs/req, no interval')
  expect(formatEstimate(estimate(8689.4, null, null), 'req/s')).toBe('8,690 req/s, no interval')
  expect(formatEstimate(estimate(812, null, null), 'B')).toBe('812 B, no interval')
})

test('differences carry their sign', () => {
  expect(formatEstimate(estimate(46.12, 45, 47.3), 'us/req', { signed: true })).toBe(
    '+46.1 µs/req [+45.0, +47.3]',
  )
  expect(formatEstimate(estimate(0, -1, 1), 'us/req', { signed: true })).toBe('0.0 µs/req [−1.0, +1.0]')
})

test('one scale can be forced on a column', () => {
  const scale = scaleOf('us', 4_000)
  expect(scale).toEqual({ label: 'ms', divisor: 1000 })
  expect(estimateText(estimate(310, 300, 325), 'us', { scale })).toEqual({
    value: '0.310',
    unit: 'ms',
    interval: '[0.300, 0.325]',
  })
})

test('numbers that are read together share their decimals, unless an interval is far narrower', () => {
  const column = [estimate(10.44, 10.0, 10.87), estimate(45.4, 44.7, 48.3), estimate(143.2, 139.8, 146.5)]
  const scale = commonScale('us/req', column)
  expect(column.map((each) => estimateText(each, 'us/req', { scale }).value)).toEqual([
    '10.4',
    '45.4',
    '143.2',
  ])
  const narrow = estimateText(estimate(0.1234, 0.121, 0.125), 'us/req', { scale })
  expect(narrow).toEqual({ value: '0.123', unit: 'µs/req', interval: '[0.121, 0.125]' })
  expect(commonScale('B', [estimate(812, 812, 812)])).toEqual({ label: 'B', divisor: 1 })
})

test('a ratio reads as a change in percent', () => {
  expect(formatChange(estimate(1.013, 0.991, 1.024))).toBe('+1.3 % [−0.9, +2.4]')
  expect(formatChange(estimate(0.97, null, null))).toBe('−3.0 %, no interval')
})

test('numbers, quantities and fractions', () => {
  expect([0, 1460, 1_234_567, 0.25, 12.34].map(formatNumber)).toEqual([
    '0',
    '1,460',
    '1,234,567',
    '0.25',
    '12.3',
  ])
  expect(formatQuantity(1460, 'us')).toBe('1.46 ms')
  expect(formatQuantity(1460, 'B')).toBe('1,460 B')
  expect(formatQuantity(1.05, 'ratio')).toBe('1.05×')
  expect([0.0134, 0.5, 0, 0.998].map(formatPercent)).toEqual(['1.3 %', '50 %', '0.0 %', '100 %'])
  expect([0, 812, 8_323_072, 8_405_385_216].map(formatBytes)).toEqual([
    '0 B',
    '812 B',
    '7.94 MiB',
    '7.83 GiB',
  ])
})

test('durations keep their two largest units', () => {
  expect([0, 250, 4_500, 5_000, 45_200, 60_000, 125_000, 4_320_000, 273_600_000].map(formatDuration)).toEqual(
    ['0 ms', '250 ms', '4.5 s', '5 s', '45 s', '1 min', '2 min 5 s', '1 h 12 min', '3 d 4 h'],
  )
})

test('quantiles, probabilities, counts and instants', () => {
  expect([0.5, 0.99, 0.999, 0.9999].map(formatQuantile)).toEqual(['p50', 'p99', 'p99.9', 'p99.99'])
  expect([0.03125, 0.0004, 1].map(formatProbability)).toEqual(['0.031', '< 0.001', '1.000'])
  expect([formatCount(1, 'round'), formatCount(6, 'round'), formatCount(1000, 'cell')]).toEqual([
    '1 round',
    '6 rounds',
    '1,000 cells',
  ])
  expect(formatInstant('2026-11-24T09:15:33.120Z')).toBe('2026-11-24 09:15 UTC')
})

test('infinity and not-a-number do not look like measurements', () => {
  expect(formatNumber(Number.NaN)).toBe('?')
  expect(formatEstimate(estimate(Number.POSITIVE_INFINITY, null, null), 'us/req')).toBe(
    '∞ µs/req, no interval',
  )
})

test('a mean of unlike things has a range, which is not written like an interval', () => {
  const estimate = { value: 1480.25, low: 95, high: 1590, rounds: 6, isRange: true } as const
  expect(formatEstimate(estimate, 'B')).toBe('1,480 B (95 to 1,590)')
})
