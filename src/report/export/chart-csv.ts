import type { Estimate } from '../../results/results.ts'
import type { Chart } from '../model.ts'
import { csvRecord } from './csv.ts'

type Value = string | number | null
interface Rows {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly Value[])[]
}

const INTERVAL = ['value', 'low', 'high'] as const
const valuesOf = ({ value, low, high }: Estimate): readonly Value[] => [value, low, high]

function rowsOf(chart: Chart): Rows {
  switch (chart.kind) {
    case 'bars':
      return {
        columns: ['part', ...INTERVAL],
        rows: chart.rows.flatMap(({ label, segments }) =>
          segments.map(({ name, estimate }) => [label, name, ...valuesOf(estimate)]),
        ),
      }
    case 'ranges':
      return {
        columns: ['quantile', ...INTERVAL],
        rows: chart.rows.flatMap(({ label, points }) =>
          points.map(({ name, estimate }) => [label, name, ...valuesOf(estimate)]),
        ),
      }
    case 'spectrum':
      return {
        columns: ['time', 'quantile', 'value'],
        rows: chart.rows.flatMap(({ label, points, service }) => [
          ...points.map(({ quantile, value }): readonly Value[] => [label, 'latency', quantile, value]),
          ...service.map(({ quantile, value }): readonly Value[] => [label, 'service', quantile, value]),
        ]),
      }
    case 'curve':
      return {
        columns: [chart.axis.title, ...INTERVAL],
        rows: chart.rows.flatMap(({ label, points }) =>
          points.map(({ x, estimate }) => [label, x.value, ...valuesOf(estimate)]),
        ),
      }
    case 'timeline':
      return {
        columns: ['from', 'to', 'state'],
        rows: chart.rows.flatMap(({ label, spans }) =>
          spans.map(({ from, to, state }) => [label, from, to, state]),
        ),
      }
    case 'strip':
      return {
        columns: ['round', 'value'],
        rows: chart.rows.flatMap(({ label, values }) =>
          values.map(({ round, value }) => [label, round, value]),
        ),
      }
    case 'forest':
      return {
        columns: [...INTERVAL, 'shown'],
        rows: chart.rows.map(({ label, ratio, shown }) => [label, ...valuesOf(ratio), String(shown)]),
      }
    case 'tradeoff':
      return {
        columns: ['promise', ...INTERVAL, 'request bytes'],
        rows: chart.rows.map(({ label, group = '', estimate, bytes }) => [
          label,
          group,
          ...valuesOf(estimate),
          bytes,
        ]),
      }
    case 'stack':
      return {
        columns: ['part', ...INTERVAL],
        rows: chart.rows.flatMap(({ label, parts, total }) => [
          ...parts.map(({ id, estimate }): readonly Value[] => [label, id, ...valuesOf(estimate)]),
          [label, 'total', ...valuesOf(total)],
        ]),
      }
    default:
      return chart satisfies never
  }
}

/** What is drawn, as a table: the unit of every value stands in its column. */
export function chartCsv(chart: Chart): string {
  const { columns, rows } = rowsOf(chart)
  return [['strategy', ...columns, 'unit'], ...rows.map((row) => [...row, chart.unit])]
    .map(csvRecord)
    .join('')
}
