import type { Results, Summary } from '../results.ts'
import type { Reporter } from './reporter.ts'

type Value = string | number | null
interface Field {
  readonly name: string
  read(summary: Summary, results: Results): Value
}

const strategyOf = ({ strategy }: Summary, { strategies }: Results) =>
  strategies.find(({ id }) => id === strategy)

/** Tidy: one row per strategy, scenario, params and metric. */
const FIELDS: readonly Field[] = [
  { name: 'run', read: (_summary, { run }) => run.id },
  { name: 'strategy', read: ({ strategy }) => strategy },
  { name: 'title', read: (summary, results) => strategyOf(summary, results)?.title ?? null },
  { name: 'state', read: (summary, results) => strategyOf(summary, results)?.state ?? null },
  { name: 'scenario', read: ({ scenario }) => scenario },
  {
    name: 'params',
    read: ({ params }) =>
      Object.entries(params)
        .map(([name, value]) => `${name}=${value}`)
        .join(';'),
  },
  { name: 'metric', read: ({ metric }) => metric },
  { name: 'value', read: ({ estimate }) => estimate.value },
  { name: 'low', read: ({ estimate }) => estimate.low },
  { name: 'high', read: ({ estimate }) => estimate.high },
  { name: 'rounds', read: ({ estimate }) => estimate.rounds },
  { name: 'unit', read: ({ unit }) => unit },
  { name: 'better', read: ({ better }) => better },
]

/** What a spreadsheet would run as a formula gets an apostrophe (OWASP, "CSV Injection"). */
const harmless = (text: string): string => (/^\s*[=+\-@\t\r]/.test(text) ? `'${text}` : text)

function fieldText(value: Value): string {
  if (value === null) return ''
  if (typeof value === 'number') return String(value)
  const text = harmless(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** RFC 4180: a header, CRLF after every record. */
export const csvReporter: Reporter = {
  id: 'csv',
  file: 'results.csv',
  render(results) {
    const rows = results.summary.map((summary) => FIELDS.map(({ read }) => fieldText(read(summary, results))))
    return [FIELDS.map(({ name }) => name), ...rows].map((row) => `${row.join(',')}\r\n`).join('')
  },
}
