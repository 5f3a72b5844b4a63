import type { Check } from '../../src/results/cell.ts'
import { type CalibrationRun, percent, quantile, table } from './run.ts'

const number = (value: number): string =>
  Number.isNaN(value) ? '–' : Number(value.toPrecision(3)).toString()

export function checkTable(runs: readonly CalibrationRun[]): string {
  const checks = runs.flatMap(({ cells }) =>
    cells.flatMap((cell) => (cell.state === 'completed' || cell.state === 'invalid' ? cell.checks : [])),
  )
  const share = (own: readonly Check[], outcome: Check['outcome']) =>
    percent(own.filter((check) => check.outcome === outcome).length / own.length, 2)
  return table(
    ['check', 'cells', 'warn limit', 'invalid limit', 'median', 'p90', 'p99', 'largest', 'warned', 'invalid'],
    [...Map.groupBy(checks, ({ id }) => id)].map(([id, own]) => {
      const values = own.flatMap(({ value }) => value ?? [])
      return [
        id,
        `${own.length}`,
        `${own[0]?.warnLimit ?? '–'}`,
        `${own[0]?.invalidLimit ?? '–'}`,
        ...[0.5, 0.9, 0.99, 1].map((each) => number(quantile(values, each))),
        share(own, 'warn'),
        share(own, 'invalid'),
      ]
    }),
  )
}
