import type { Check, CompletedCell } from '../results/cell.ts'
import type { MeasuredResults } from '../results/results.ts'
import { formatCores, formatCount, formatPercent } from '../units.ts'
import { type Finder, info, warning } from './finding.ts'
import { longerWarmUp } from './longer-warm-up.ts'

const QUIETER = 'Close what else is running, such as browsers, indexers and builds, then run again.'
const WHOLE_CORES =
  'Give the container whole cores instead of a quota, such as `docker run --cpuset-cpus=0,1` without --cpus.'

/** Cells with one of the outcomes in a check, and the worst value; only cells that only warn are part of numbers. */
function trouble(
  { validity }: MeasuredResults,
  id: string,
  outcomes: readonly Check['outcome'][] = ['warn', 'invalid'],
) {
  const rows = validity.checks.filter((check) => check.id === id && outcomes.includes(check.outcome))
  const cells = rows.reduce((sum, row) => sum + row.cells, 0)
  const worst = rows.length === 0 ? null : Math.max(...rows.map(({ value }) => value ?? 0))
  return { cells, worst }
}

export const clientLimited: Finder = (results) => {
  const { cells, worst } = trouble(results, 'generator')
  if (worst === null) return []
  const { cores, pinning } = results.environment
  const advice =
    cores < 4
      ? `Rank by CPU per request, which this does not touch; for throughput use a machine with 4 cores or more (this one has ${cores}).`
      : pinning.generator === null
        ? 'Rank by CPU per request, which this does not touch; for throughput let the processes be pinned to cores of their own.'
        : 'Rank by CPU per request, which this does not touch.'
  return [
    warning(
      'client-limited',
      `The load generator was busy up to ${formatPercent(worst)} of the time in ${formatCount(cells, 'cell')}. It limited the throughput and latency of the cheap strategies, so they look more alike than they are.`,
      advice,
    ),
  ]
}

const DISTURBANCES: readonly string[] = ['generator', 'steal', 'throttling', 'foreign-cpu']

/** More connections show nothing of a strategy that the load generator or the machine held back. */
export const notSaturated: Finder = ({ config: { connections }, strategies, scenarios }, cells) => {
  // Few on purpose: what is asked there is how long a request takes.
  const few = scenarios.flatMap((scenario) => (scenario.connections === undefined ? [] : [scenario.id]))
  const completed = cells
    .filter((cell) => cell.state === 'completed')
    .filter(({ scenario }) => !few.includes(scenario))
  const warned = (cell: CompletedCell, ids: readonly string[]) =>
    cell.checks.some(({ id, outcome }) => ids.includes(id) && outcome === 'warn')
  const idle = strategies.flatMap(({ id, title }) => {
    const own = completed.filter(({ strategy }) => strategy === id)
    const count = own.filter((cell) => warned(cell, ['saturation'])).length
    return count === 0 || own.some((cell) => warned(cell, DISTURBANCES)) ? [] : [{ title, count }]
  })
  if (idle.length === 0) return []
  const count = idle.reduce((sum, strategy) => sum + strategy.count, 0)
  const of = idle.length > 3 ? `${idle.length} strategies` : idle.map(({ title }) => title).join(', ')
  return [
    info(
      'not-saturated',
      `The server was not fully busy in ${formatCount(count, 'cell')} of ${of}: its throughput there is below its capacity.`,
      connections >= 64
        ? null
        : `Use more connections than ${connections}: --connections ${connections * 2}.`,
    ),
  ]
}

export const noisyMachine: Finder = (results) => {
  const [stolen, foreign] = [trouble(results, 'steal'), trouble(results, 'foreign-cpu')]
  return [
    ...(stolen.worst === null
      ? []
      : [
          warning(
            'steal',
            `The hypervisor took up to ${formatPercent(stolen.worst)} of the processor time in ${formatCount(stolen.cells, 'cell')}.`,
            'Use a dedicated machine, or run when the host is quieter.',
          ),
        ]),
    ...(foreign.worst === null
      ? []
      : [
          warning(
            'foreign-cpu',
            `Other processes used up to ${formatPercent(foreign.worst)} of the processor time in ${formatCount(foreign.cells, 'cell')}.`,
            QUIETER,
          ),
        ]),
  ]
}

export const throttled: Finder = (results) => {
  const { cells, worst } = trouble(results, 'throttling')
  if (worst === null) return []
  const { quotaCores } = results.environment
  const quota = quotaCores == null ? 'A CPU quota' : `The CPU quota of ${formatCores(quotaCores)}`
  return [
    warning(
      'throttling',
      `${quota} stopped processes for up to ${formatPercent(worst)} of the time, summed over processors, in ${formatCount(cells, 'cell')}: latency and throughput there are the quota's.`,
      WHOLE_CORES,
    ),
  ]
}

export const drifting: Finder = (results) => {
  const { cells, worst } = trouble(results, 'drift', ['warn'])
  if (worst === null) return []
  const { warmupRequests } = results.config
  return [
    warning(
      'drift',
      `Server CPU per request changed by up to ${formatPercent(worst)} inside ${formatCount(cells, 'cell')}, beyond what all servers of the round share, after a warm-up of ${formatCount(warmupRequests, 'request')}.`,
      longerWarmUp(warmupRequests) ?? QUIETER,
    ),
  ]
}

export const unpinned: Finder = ({ config, environment: { pinning, cores, quotaCores } }) => {
  if (pinning.server !== null || config.timed === false) return []
  const advice =
    cores < 2
      ? 'Use a machine with two cores or more: here the server waits for its own load generator.'
      : quotaCores != null && quotaCores < 2
        ? WHOLE_CORES
        : 'The scheduler moves the processes about, which widens every interval; on Linux install taskset (package util-linux).'
  return [warning('unpinned', pinning.sentence, advice)]
}

export const sharedCore: Finder = ({ config, environment: { pinning, cores } }) =>
  config.timed === false || pinning.redis === null || pinning.redis !== pinning.generator
    ? []
    : [
        info(
          'shared-core',
          'Redis and the load generator share a core, so throughput and latency are biased towards strategies without Redis.',
          `Rank by CPU per request; for throughput use a machine with 4 cores or more (this one has ${cores}).`,
        ),
      ]
