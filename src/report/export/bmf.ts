import type { Reporter } from '../reporter.ts'
import { benchmarkName, divided, followed, intervalOf } from './benchmark-names.ts'

/** As Bencher cuts them, in bytes and in characters. */
const NAME_BYTES = 1024
const SLUG_LENGTH = 64

/** Bencher's own measures of time are in nanoseconds. */
const PER_UNIT: Readonly<Record<string, number>> = { us: 0.001, 'us/req': 0.001 }

interface Measured {
  readonly value: number
  readonly lower_value?: number
  readonly upper_value?: number
}

const slugOf = (metric: string): string =>
  metric
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
    .slice(0, SLUG_LENGTH)

/** Whole characters only. */
function cut(name: string): string {
  let bytes = 0
  let text = ''
  for (const character of name.toWellFormed()) {
    bytes += new TextEncoder().encode(character).length
    if (bytes > NAME_BYTES) break
    text += character
  }
  return text
}

/** Bencher Metric Format: benchmark, measure, value with its bounds. */
export const bmfReporter: Reporter = {
  id: 'bmf',
  file: null,
  isBlind: true,
  render(results) {
    const benchmarks = new Map<string, Map<string, Measured>>()
    for (const row of followed(results)) {
      const divisor = PER_UNIT[row.unit] ?? 1
      const interval = intervalOf(row.estimate)
      const name = cut(benchmarkName(row))
      const measures = benchmarks.get(name) ?? new Map<string, Measured>()
      benchmarks.set(name, measures)
      measures.set(slugOf(row.metric), {
        value: divided(row.estimate.value, divisor),
        ...(interval === null
          ? {}
          : {
              lower_value: divided(interval.low, divisor),
              upper_value: divided(interval.high, divisor),
            }),
      })
    }
    const data = Object.fromEntries(
      [...benchmarks].map(([name, measures]) => [name, Object.fromEntries(measures)]),
    )
    return `${JSON.stringify(data, null, 2)}\n`
  },
}
