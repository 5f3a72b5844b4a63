import type { Change } from '../../src/results/change.ts'
import type { Estimate } from '../../src/results/estimate.ts'
import type { Results } from '../../src/results/results.ts'
import { medianOf } from '../../src/stats/median.ts'
import { formatCount, formatDuration } from '../../src/units.ts'
import { percent, table } from './run.ts'

/** Runs whose head is the same as the base, and whose head allocates more. */
export interface GateRuns {
  readonly same: readonly Results[]
  readonly more: readonly Results[]
}

const METRIC = 'memory.allocated'

const range = (values: readonly number[]): string =>
  values.length === 0
    ? '–'
    : `${percent(medianOf(values), 2)} (${percent(Math.min(...values), 2)} to ${percent(Math.max(...values), 2)})`
const halfWidth = ({ low, high }: Estimate): number =>
  low === null || high === null ? Number.NaN : (high - low) / 2

const allocationOf = ({ changes }: Results): readonly Change[] =>
  changes.filter(({ metric }) => metric === METRIC)

function row(head: string, runs: readonly Results[]): readonly string[] {
  const changes = runs.flatMap(allocationOf)
  const ratios = changes.flatMap(({ ratio }) => ratio ?? [])
  const count = (verdicts: readonly Change['verdict'][]) =>
    `${changes.filter(({ verdict }) => verdicts.includes(verdict)).length}`
  return [
    head,
    `${runs.length}`,
    range(ratios.map(({ value }) => value - 1)),
    range(ratios.map(halfWidth)),
    count(['regression']),
    count(['pass', 'improvement']),
    count(['inconclusive']),
    `${runs.filter((each) => allocationOf(each).length === 0).length}`,
    `${ratios.filter(({ low, high }) => (low ?? 0) > 1 || (high ?? 2) < 1).length}`,
    `${runs.filter(({ run }) => run.extended).length}`,
  ]
}

/** An extended run stores the rounds of both halves. */
const plannedRounds = ({ run, config }: Results): number => (run.extended ? config.rounds / 2 : config.rounds)

/** The whole page. */
export function gateText(
  { same, more }: GateRuns,
  { strategy, bytes }: { readonly strategy: string; readonly bytes: number },
): string {
  const runs = [...same, ...more]
  const [first] = runs
  if (first === undefined) throw new Error('there are no runs')
  const { environment, run } = first
  const [own] = runs.flatMap(allocationOf)
  const exact = runs.flatMap(({ changes }) => changes.filter((change) => change.exact))
  const lost = runs.reduce(
    (sum, { validity: { cells } }) =>
      sum + cells.invalid - (cells.repeated ?? 0) + cells.failed + cells.interrupted,
    0,
  )
  const times = runs.map(
    ({ run: { startedAt, finishedAt } }) => Date.parse(finishedAt) - Date.parse(startedAt),
  )
  const noise = runs.flatMap((results) => results.noise[METRIC] ?? [])
  const share = own === undefined ? '' : ` (${percent(bytes / own.base.value, 2)} of what it allocates)`
  return `# Calibration of the profile \`gate\`

Made by \`node scripts/calibrate-gate.ts\` from ${formatCount(runs.length, 'run')} of \`authbench run --profile gate --strategies ${strategy} --against DIR --gate allocated=${percent(own?.limit ?? 0, 1).replace(' ', '')}\`, on
${run.startedAt.slice(0, 10)}, on ${formatCount(environment.cores, 'core')} of ${environment.cpu}, Node ${environment.node}, beside one process that spins on every core. Base and head are copies
of the same code; where the head allocates more, each verification makes an array of ${bytes} bytes${share}.

A run has ${plannedRounds(first)} rounds and took ${formatDuration(medianOf(times))} (${formatDuration(Math.min(...times))} to ${formatDuration(Math.max(...times))}). Cells that were lost: ${lost}.

${table(
  [
    'head',
    'runs',
    'head / base − 1, median (range)',
    'half-width of its 97.5 % interval, median (range)',
    'regression',
    'pass',
    'inconclusive',
    'no verdict',
    'intervals that exclude 1',
    'extended',
  ],
  [
    row('the same as the base: a regression is a false alarm', same),
    row(`${bytes} B more per request: a regression is found`, more),
  ],
)}

Two copies of the head differ by ${range(noise.map(({ value }) => value - 1))}. Counted metrics: ${formatCount(exact.length, 'comparison')}, ${exact.filter(({ verdict }) => verdict === 'pass').length} equal.
`
}
