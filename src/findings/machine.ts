import type { Measured } from '../analysis/measured.ts'
import { formatCount, formatPercent } from '../units.ts'
import { type Finder, info, warning } from './finding.ts'

/** Rows of a check that are no pass, worst value first. */
function trouble({ validity }: Measured, id: string) {
  const rows = validity.checks.filter(
    (check) => check.id === id && (check.outcome === 'warn' || check.outcome === 'invalid'),
  )
  const cells = rows.reduce((sum, row) => sum + row.cells, 0)
  const worst = rows.length === 0 ? null : Math.max(...rows.map(({ value }) => value ?? 0))
  return { rows, cells, worst }
}

export const clientLimited: Finder = (results) => {
  const { cells, worst } = trouble(results, 'generator')
  if (worst === null) return []
  const { cores, pinning } = results.environment
  const advice =
    cores < 4
      ? `Rank by CPU per request, which stays right; for throughput use a machine with 4 cores or more (this one has ${cores}).`
      : pinning.generator === null
        ? 'Rank by CPU per request, which stays right; for throughput let the processes be pinned to cores of their own.'
        : 'Rank by CPU per request, which stays right.'
  return [
    warning(
      'client-limited',
      `The load generator was busy up to ${formatPercent(worst)} of the time in ${formatCount(cells, 'cell')}: throughput and latency of the cheap strategies are the client's, which makes them look more alike than they are.`,
      advice,
    ),
  ]
}

export const notSaturated: Finder = (results) => {
  const { cells, rows } = trouble(results, 'saturation')
  const hasOtherCause = ['generator', 'steal', 'foreign-cpu'].some(
    (id) => trouble(results, id).rows.length > 0,
  )
  if (rows.length === 0 || hasOtherCause) return []
  const { connections } = results.config
  return [
    info(
      'not-saturated',
      `The server was not fully busy in ${formatCount(cells, 'cell')}: throughput there is not its capacity.`,
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
            'Close what else is running, such as browsers, indexers and builds, then run again.',
          ),
        ]),
  ]
}

export const drifting: Finder = (results) => {
  const { cells, worst } = trouble(results, 'drift')
  if (worst === null) return []
  const { profile, warmupRequests } = results.config
  return [
    warning(
      'drift',
      `Server CPU per request changed by up to ${formatPercent(worst)} inside ${formatCount(cells, 'cell')}, after a warm-up of ${formatCount(warmupRequests, 'request')}.`,
      profile === 'full'
        ? null
        : `Use --profile ${profile === 'ci' ? 'full' : 'ci'}, which warms up for longer.`,
    ),
  ]
}

export const unpinned: Finder = ({ environment: { pinning } }) =>
  pinning.server !== null
    ? []
    : [
        warning(
          'unpinned',
          pinning.sentence,
          'The scheduler moves the processes about, which widens every interval; on Linux install taskset (package util-linux).',
        ),
      ]

export const sharedCore: Finder = ({ environment: { pinning, cores } }) =>
  pinning.redis === null || pinning.redis !== pinning.generator
    ? []
    : [
        info(
          'shared-core',
          'Redis and the load generator share a core, so throughput and latency are biased towards strategies without Redis.',
          `Rank by CPU per request; for throughput use a machine with 4 cores or more (this one has ${cores}).`,
        ),
      ]
