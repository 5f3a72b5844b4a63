import { machineKey } from '../../results/environment.ts'
import type { MetricInfo, Results, Summary } from '../../results/results.ts'
import { runVerdictSchema } from '../../results/results.ts'
import type { Reporter } from '../reporter.ts'
import { divided, followed, intervalOf, pointParts } from './benchmark-names.ts'

/** OpenMetrics wants base units, in the name. */
const UNITS: Readonly<Record<string, { readonly name: string; readonly divisor: number }>> = {
  us: { name: 'seconds', divisor: 1e6 },
  'us/req': { name: 'seconds_per_request', divisor: 1e6 },
  B: { name: 'bytes', divisor: 1 },
  'B/req': { name: 'bytes_per_request', divisor: 1 },
  'B/entry': { name: 'bytes_per_entry', divisor: 1 },
  '1/req': { name: 'per_request', divisor: 1 },
  rps: { name: 'requests_per_second', divisor: 1 },
  'req/s': { name: 'requests_per_second', divisor: 1 },
  '%': { name: 'percent', divisor: 1 },
}

const nameable = (text: string): string => text.toLowerCase().replaceAll(/[^a-z0-9]+/g, '_')

const quoted = (text: string): string =>
  `"${text.toWellFormed().replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`

const sample = (name: string, labels: Readonly<Record<string, string>>, value: number): string =>
  `${name}{${Object.entries(labels)
    .map(([label, text]) => `${label}=${quoted(text)}`)
    .join(',')}} ${value}`

/** The point is one label: two parameters could become one name. */
const labelsOf = (row: Summary) => ({
  scenario: row.scenario,
  ...(pointParts(row).length === 0
    ? {}
    : {
        point: pointParts(row)
          .map((part) => part.join('='))
          .join(','),
      }),
  strategy: row.strategy,
})

/** The estimates, and the ends of their intervals as metrics of their own. */
function families({ id, title, unit }: MetricInfo, rows: readonly Summary[]): readonly string[] {
  const { name: unitName, divisor } = UNITS[unit] ?? { name: nameable(unit), divisor: 1 }
  const family = (part: string, help: string, read: (row: Summary) => number | null) => {
    const name = `authbench_${nameable(id)}${part}_${unitName}`
    const samples = rows.flatMap((row) => {
      const value = read(row)
      return value === null ? [] : [sample(name, labelsOf(row), divided(value, divisor))]
    })
    return samples.length === 0
      ? []
      : [`# TYPE ${name} gauge`, `# UNIT ${name} ${unitName}`, `# HELP ${name} ${help}`, ...samples]
  }
  return [
    ...family('', `${title}, median over rounds`, ({ estimate }) => estimate.value),
    ...family(
      '_low',
      `${title}, lower end of the 95 % interval`,
      ({ estimate }) => intervalOf(estimate)?.low ?? null,
    ),
    ...family(
      '_high',
      `${title}, upper end of the 95 % interval`,
      ({ estimate }) => intervalOf(estimate)?.high ?? null,
    ),
  ]
}

function aboutRun({ run, environment, validity }: Results): readonly string[] {
  const labels = {
    id: run.id,
    profile: run.profile,
    authbench: run.authbench,
    commit: run.git?.sha ?? '',
    machine: machineKey(environment),
  }
  return [
    '# TYPE authbench_run info',
    '# HELP authbench_run The run that everything else is of',
    sample('authbench_run_info', labels, 1),
    '# TYPE authbench_validity stateset',
    '# HELP authbench_validity Whether the numbers can be trusted',
    ...runVerdictSchema.options.map((verdict) =>
      sample('authbench_validity', { authbench_validity: verdict }, Number(verdict === validity.verdict)),
    ),
  ]
}

export const openmetricsReporter: Reporter = {
  id: 'openmetrics',
  file: null,
  render(results) {
    const rows = followed(results)
    const lines = [
      ...aboutRun(results),
      ...results.metrics.flatMap((metric) =>
        families(
          metric,
          rows.filter((row) => row.metric === metric.id),
        ),
      ),
      '# EOF',
    ]
    return lines.map((line) => `${line}\n`).join('')
  },
}
