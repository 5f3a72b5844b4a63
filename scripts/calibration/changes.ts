import { intervalVerdict, noiseFactor, pairsOf } from '../../src/analysis/comparison.ts'
import type { Estimate } from '../../src/estimate.ts'
import { METRICS } from '../../src/metrics/registry.ts'
import { medianOf } from '../../src/stats/median.ts'
import { pairLogRatios, ratioEstimate } from '../../src/stats/paired.ts'
import { type CalibrationRun, percent, table } from './run.ts'

const NOISY = ['cpu.server', 'throughput', 'latency.p50', 'latency.p99'] as const
const halfWidth = ({ low, high }: Estimate): number =>
  low === null || high === null ? Number.NaN : Math.log(high / low) / 2
const excludesOne = ({ low, high }: Estimate): boolean => (low ?? 0) > 1 || (high ?? 2) < 1
const range = (values: readonly number[]): string =>
  values.length === 0
    ? '–'
    : `${percent(medianOf(values))} (${percent(Math.min(...values))} to ${percent(Math.max(...values))})`

export function noiseTable(runs: readonly CalibrationRun[]): string {
  return table(
    [
      'metric',
      'runs',
      'A/A − 1, median (range)',
      '95 % half-width, median (range)',
      'intervals that exclude 1',
    ],
    NOISY.map((metric) => {
      const seen = runs.flatMap(({ results }) => results.noise[metric] ?? [])
      return [
        `\`${metric}\``,
        `${seen.length}`,
        range(seen.map(({ value }) => value - 1)),
        range(seen.map(halfWidth)),
        `${seen.filter(excludesOne).length}`,
      ]
    }),
  )
}

export function changeTable(runs: readonly CalibrationRun[]): string {
  const changes = runs.flatMap(({ results }) =>
    results.changes.map((change) => ({ ...change, extended: results.run.extended })),
  )
  const groups = Map.groupBy(
    changes.filter(({ exact, gating }) => gating && !exact),
    ({ strategy, metric }) => `\`${strategy}\` ${metric}`,
  )
  const exact = changes.filter((change) => change.exact)
  return [
    table(
      [
        'strategy, metric',
        'runs',
        'head / base − 1, median (range)',
        'limit',
        'regression',
        'pass',
        'inconclusive',
        'extended',
      ],
      [...groups].map(([name, own]) => {
        const count = (verdicts: readonly string[]) =>
          `${own.filter(({ verdict }) => verdicts.includes(verdict)).length}`
        return [
          name,
          `${own.length}`,
          range(own.flatMap(({ ratio }) => (ratio === null ? [] : [ratio.value - 1]))),
          own[0]?.limit === undefined || own[0].limit === null ? '–' : percent(own[0].limit, 0),
          count(['regression']),
          count(['pass', 'improvement']),
          count(['inconclusive']),
          `${own.filter(({ extended }) => extended).length}`,
        ]
      }),
    ),
    `Counted metrics: ${exact.length} comparisons, ${exact.filter(({ verdict }) => verdict === 'pass').length} equal.`,
  ].join('\n\n')
}

/** A difference in CPU this small is none that was put there. */
const SAME = 0.015

export function pairTable(runs: readonly CalibrationRun[]): string {
  const rows = ['cpu.server', 'throughput'].flatMap((id) => {
    const metric = METRICS.find((each) => each.id === id)
    if (metric === undefined) return []
    const strategies = unchanged(runs)
    const verdicts = strategies.flatMap((strategy) =>
      runs.flatMap(({ results }) => {
        const rowOf = (arm: 'main' | 'base') =>
          results.rounds.find((row) => row.metric === id && row.strategy === strategy && row.arm === arm)
        const logRatios = pairLogRatios(pairsOf(rowOf('main')?.values ?? [], rowOf('base')?.values ?? []))
        const band = noiseFactor(results.noise[id] ?? null)
        if (logRatios === null || logRatios.length === 0 || band === null) return []
        const ratio = ratioEstimate(logRatios)
        return [{ verdict: intervalVerdict(metric, ratio, 1 / band, band), ratio }]
      }),
    )
    const shown = verdicts.filter(({ verdict }) => verdict !== 'unsure').length
    const outside = verdicts.filter(({ ratio }) => excludesOne(ratio)).length
    return [[`\`${id}\``, strategies.join(', '), `${verdicts.length}`, `${shown}`, `${outside}`]]
  })
  return table(['metric', 'strategies', 'comparisons', 'differences shown', 'intervals that exclude 1'], rows)
}

/** Strategies whose CPU is the same in head and base, by the median over all runs. */
function unchanged(runs: readonly CalibrationRun[]): string[] {
  const changes = runs
    .flatMap(({ results }) => results.changes)
    .filter(({ metric }) => metric === 'cpu.server')
  return [...Map.groupBy(changes, ({ strategy }) => strategy)].flatMap(([strategy, own]) => {
    const values = own.flatMap(({ ratio }) => (ratio === null ? [] : [Math.abs(Math.log(ratio.value))]))
    const middle = medianOf(own.flatMap(({ ratio }) => (ratio === null ? [] : [Math.log(ratio.value)])))
    return values.length > 0 && Math.abs(middle) < SAME ? [strategy] : []
  })
}
