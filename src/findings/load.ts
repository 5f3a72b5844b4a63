import { allowedLagUs, p99Of } from '../checks/pacing.ts'
import { histogramOf } from '../metrics/latency.ts'
import type { Cell, CompletedCell } from '../results/cell.ts'
import { decodeHistogram } from '../results/histogram.ts'
import type { StrategyInfo } from '../results/strategy-info.ts'
import { formatCount, formatList, formatPercent, formatQuantity } from '../units.ts'
import { type Finder, warning } from './finding.ts'
import { longerWarmUp } from './longer-warm-up.ts'

type Measured = Pick<CompletedCell, 'strategy' | 'load' | 'checks'>

const NAMED_AT_MOST = 3

/** `a and b`, or how many where there are more. */
function namesOf(
  strategies: readonly StrategyInfo[],
  cells: readonly { readonly strategy: string }[],
): string {
  const titles = strategies
    .filter(({ id }) => cells.some(({ strategy }) => strategy === id))
    .map(({ title }) => title)
  return titles.length > NAMED_AT_MOST ? `${titles.length} strategies` : formatList(titles)
}

/** Cells of an open loop that did not send what was due when it was due; those that were measured again included. */
const lateCells = (cells: readonly Cell[]): readonly Measured[] =>
  cells.flatMap((cell) =>
    (cell.state === 'completed' || cell.state === 'invalid') &&
    cell.checks.some(({ id, outcome }) => id === 'pacing' && (outcome === 'warn' || outcome === 'invalid'))
      ? [cell]
      : [],
  )

/** Share of the arrivals that was not sent in time, beyond what the check lets pass; null where enough was sent. */
function missingOf({ checks, load: { pacing } }: Measured): number | null {
  const check = checks.find(({ id }) => id === 'pacing')
  const missing = check?.value ?? null
  return pacing === null || missing === null || missing <= (check?.warnLimit ?? 0) ? null : missing
}

const lagOf = ({ load: { pacing } }: Measured): number =>
  pacing === null ? 0 : p99Of(decodeHistogram(pacing.lagHdr))

/**
 * Requests that wait for a free connection wait for the server, unless the client is late with the others too: then it is also late to
 * see that a connection is free.
 */
function isServerBehind(cell: Measured): boolean {
  return (
    missingOf(cell) !== null &&
    (cell.load.pacing?.queued ?? 0) > 0 &&
    lagOf(cell) <= allowedLagUs(histogramOf(cell.load))
  )
}

/** An open loop that did not load its servers at the rate that it is named after, and who was late. */
export const fellBehind: Finder = ({ strategies, environment: { cores } }, cells) => {
  const late = lateCells(cells)
  const server = late.filter(isServerBehind)
  const client = late.filter((cell) => !server.includes(cell))
  const moreCores =
    cores < 4
      ? ` on a machine with 4 cores or more (this one has ${cores}), where the load generator has a core of its own`
      : ' on a quieter machine'
  return [
    ...(server.length === 0
      ? []
      : [
          warning(
            'fell-behind',
            `The server could not keep the arrival rate in ${formatCount(server.length, 'cell')} of ${namesOf(strategies, server)}: down to ${formatPercent(1 - Math.max(...server.map((cell) => missingOf(cell) ?? 0)))} of it was sent, the rest had to wait for a free connection, so that latency there depends on how long the window is.`,
            `Read the points at a lower load, or run again${moreCores}.`,
          ),
        ]),
    ...(client.length === 0
      ? []
      : [
          warning(
            'fell-behind',
            `The load generator was late in ${formatCount(client.length, 'cell')} of ${namesOf(strategies, client)}; in the worst, 1 of 100 requests left ${formatQuantity(Math.max(...client.map(lagOf)), 'us')} or more after it was due, which is in the latency although the server is not the cause.`,
            `Rank by CPU per request, which stays right, or run again${moreCores}.`,
          ),
        ]),
  ]
}

/** Servers whose code was still being compiled when they were measured. */
export const notConverged: Finder = ({ strategies, config: { warmupRequests } }, cells) => {
  const early = cells.filter((cell) => cell.state === 'completed' && cell.warmup.converged === false)
  if (early.length === 0) return []
  // The points of a scenario share their servers.
  const servers = new Set(
    early.map(({ scenario, round, strategy, arm }) => JSON.stringify([scenario, round, strategy, arm])),
  )
  return [
    warning(
      'not-converged',
      `Requests were still getting cheaper when the warm-up of ${formatCount(servers.size, 'server')} ended (${namesOf(strategies, early)}), so the cost there may look higher than it is.`,
      longerWarmUp(warmupRequests),
    ),
  ]
}
