import type { MetricInfo, Results } from '../../results/results.ts'
import type { Reporter } from '../reporter.ts'
import { divided, pointParts } from './benchmark-names.ts'

type Round = Results['rounds'][number]

/** Those that benchstat scales by itself; not `ns`, which it turns into `sec` except where the value is zero. */
const UNITS: Readonly<Record<string, { readonly suffix: string; readonly divisor: number }>> = {
  us: { suffix: '-sec', divisor: 1e6 },
  'us/req': { suffix: '-sec/op', divisor: 1e6 },
  B: { suffix: '-B', divisor: 1 },
  'B/req': { suffix: '-B/op', divisor: 1 },
  '1/req': { suffix: '/op', divisor: 1 },
  rps: { suffix: '/s', divisor: 1 },
  'req/s': { suffix: '/s', divisor: 1 },
}

/** A name has no spaces, and a slash or an equals sign begins another part of it. */
const quoted = (text: string): string =>
  text.toWellFormed().replaceAll(/[^A-Za-z0-9._-]/gu, (character) => encodeURIComponent(character))

/** A line of its own; what is no letter, digit or sign could end it or be part of the next. */
const oneLine = (text: string): string => text.replaceAll(/[\p{C}\p{Z}]+/gu, ' ').trim()

const unitOf = ({ id, unit }: MetricInfo) => {
  const { suffix, divisor } = UNITS[unit] ?? { suffix: `-${unit}`, divisor: 1 }
  return { name: `${quoted(id)}${suffix.replaceAll(/[^A-Za-z0-9/%-]/g, '-')}`, divisor }
}

/** Counted, and in this run the same in every round: then repeating it adds nothing. */
const isConstant = (rows: readonly Round[]): boolean =>
  rows.every(({ values }) => values.every(({ value }) => value === values[0]?.value))

function unitLines({ metrics, rounds }: Results): readonly string[] {
  return metrics.flatMap((metric) => {
    const rows = rounds.filter(({ metric: id }) => id === metric.id)
    if (rows.length === 0) return []
    const assumption = metric.exact && isConstant(rows) ? ' assume=exact' : ''
    return [`Unit ${unitOf(metric).name} better=${metric.better}${assumption}`]
  })
}

/** The number behind the last dash is that of processors, also where a name ends with a number. */
function nameOf(row: Round, cores: number): string {
  const parts = [
    ['scenario', row.scenario],
    ...pointParts(row),
    ['strategy', row.strategy],
    ...(row.arm === 'main' ? [] : [['arm', row.arm]]),
  ]
  return `BenchmarkAuth/${parts.map((part) => part.map(quoted).join('=')).join('/')}-${cores}`
}

function roundLines({ rounds, metrics, environment }: Results): readonly string[] {
  const subjects = Map.groupBy(rounds, (row) => nameOf(row, environment.cores))
  return [...subjects].flatMap(([name, rows]) => {
    const places = new Set(rows.flatMap(({ values }) => values.map(({ round }) => round)))
    return [...places]
      .sort((one, other) => one - other)
      .map((place) => {
        const measured = metrics.flatMap((metric) => {
          const row = rows.find(({ metric: id }) => id === metric.id)
          const found = row?.values.find(({ round }) => round === place)
          const { name: unit, divisor } = unitOf(metric)
          return found === undefined ? [] : [`${divided(found.value, divisor)} ${unit}`]
        })
        return `${name} 1 ${measured.join(' ')}`
      })
  })
}

/**
 * Go's benchmark text, one line for each round. benchstat compares only what has equal configuration lines, so they are what has to
 * be equal; the run and its commit are lines that it passes over.
 */
export const benchfmtReporter: Reporter = {
  id: 'benchfmt',
  file: null,
  render(results) {
    const { run, environment, config, validity } = results
    const lines = [
      `# authbench ${run.authbench}, run ${run.id}, commit ${run.git?.sha ?? 'unknown'}`,
      `cpu: ${environment.cpu}`,
      `cores: ${environment.cores}`,
      `node: ${environment.node}`,
      `redis: ${environment.redis ?? 'none'}`,
      `transport: ${config.transport}`,
      `connections: ${config.connections}`,
      `validity: ${validity.verdict}`,
      ...unitLines(results),
      ...roundLines(results),
    ]
    return lines.map((line) => `${oneLine(line)}\n`).join('')
  },
}
