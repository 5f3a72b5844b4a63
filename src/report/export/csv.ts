import type { Params } from '../../results/cell.ts'
import type { Comparison, Estimate, Results } from '../../results/results.ts'
import type { Reporter } from '../reporter.ts'

type Value = string | number | null

interface Row {
  readonly strategy: string
  readonly scenario: string
  readonly params: Params
  readonly metric: string
  readonly unit: string
  /** `difference`: strategy - baseline; `ratio`: strategy / baseline. */
  readonly kind: 'value' | 'difference' | 'ratio'
  readonly baseline: string | null
  readonly estimate: Estimate
  readonly p: number | null
  readonly verdict: Comparison['verdict'] | null
}

function rowsOf({ summary, comparisons, experiments = [] }: Results): readonly Row[] {
  return [
    ...summary.map((each): Row => ({ ...each, kind: 'value', baseline: null, p: null, verdict: null })),
    ...comparisons.flatMap((each): readonly Row[] => [
      { ...each, kind: 'difference', estimate: each.difference },
      ...(each.ratio === null
        ? []
        : [{ ...each, kind: 'ratio' as const, estimate: each.ratio, unit: 'ratio' }]),
    ]),
    ...experiments.flatMap((experiment) =>
      experiment.figures.map(
        ({ id, subject, ...each }): Row => ({
          ...each,
          strategy: subject,
          scenario: experiment.id,
          metric: id,
          kind: 'value',
          baseline: null,
          p: null,
          verdict: null,
        }),
      ),
    ),
  ]
}

/** What a spreadsheet would run as a formula gets an apostrophe (OWASP, "CSV Injection"). */
const harmless = (text: string): string => (/^\s*[=+\-@\t\r]/.test(text) ? `'${text}` : text)

function fieldText(value: Value): string {
  if (value === null) return ''
  if (typeof value === 'number') return String(value)
  const text = harmless(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** One record of RFC 4180, its CRLF included. */
export const csvRecord = (values: readonly Value[]): string => `${values.map(fieldText).join(',')}\r\n`

/**
 * Tidy: one number with its interval per row, one column per parameter. RFC 4180: a header, CRLF after every record.
 */
export const csvReporter: Reporter = {
  id: 'csv',
  file: 'results.csv',
  render(results) {
    const rows = rowsOf(results)
    const params = [...new Set(rows.flatMap((row) => Object.keys(row.params)))]
    const fields: readonly (readonly [string, (row: Row) => Value])[] = [
      ['strategy', ({ strategy }) => strategy],
      ['scenario', ({ scenario }) => scenario],
      ...params.map((name) => [`params.${name}`, (row: Row) => row.params[name] ?? null] as const),
      ['metric', ({ metric }) => metric],
      ['unit', ({ unit }) => unit],
      ['kind', ({ kind }) => kind],
      ['baseline', ({ baseline }) => baseline],
      ['value', ({ estimate }) => estimate.value],
      ['low', ({ estimate }) => estimate.low],
      ['high', ({ estimate }) => estimate.high],
      ['rounds', ({ estimate }) => estimate.rounds],
      ['p', ({ p }) => p],
      ['verdict', ({ verdict }) => verdict],
    ]
    const records = [fields.map(([name]) => name), ...rows.map((row) => fields.map(([, read]) => read(row)))]
    return records.map(csvRecord).join('')
  },
}
