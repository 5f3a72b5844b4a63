// In this folder: what `calibration.ts` learns from many runs, such as false alarms, missed changes and variance.

import type { Estimate } from '../../src/results/estimate.ts'
import { medianOf } from '../../src/stats/median.ts'
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
  const changes = runs.flatMap(({ kind, results }) =>
    results.changes.map((change) => ({ ...change, kind, extended: results.run.extended })),
  )
  const groups = Map.groupBy(
    changes.filter(({ exact, gating }) => gating && !exact),
    ({ kind, strategy, metric }) => `${kind} | \`${strategy}\` ${metric}`,
  )
  const exact = changes.filter((change) => change.exact)
  return [
    table(
      [
        'head',
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
