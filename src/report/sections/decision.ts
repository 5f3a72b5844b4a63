import type { Comparison, Estimate, MetricInfo, Results } from '../../results/results.ts'
import type { StrategyInfo } from '../../results/strategy-info.ts'
import { formatNumber } from '../../units.ts'
import { isLimited, limitText, reachedMaxRate } from '../groups/capacity.ts'
import { COST, costGroupOf, decisionOrder, leadersOf } from '../groups/contenders.ts'
import { rowsByFamily } from '../groups/families.ts'
import { againstBaseline, firstWorlds, type Group, groupsOf } from '../groups/group.ts'
import type { LoadKind } from '../groups/load-kind.ts'
import {
  type Column,
  estimateCell,
  MISSING,
  type Section,
  strategyCell,
  type Table,
  type TableCell,
  type Tone,
  textCell,
} from '../model.ts'
import { intervalNote, revocationText } from '../words/phrases.ts'
import { familyTable } from './family-table.ts'

const THROUGHPUT = 'throughput'
const RATE = 'slo.rate'
const STORE_COST = 'cpu.redis'

/** What is looked up for a decision under each kind of load. A load that compares no strategies decides nothing. */
const VALUES: Readonly<Record<LoadKind, readonly string[]>> = {
  closed: ['memory.allocated', 'bytes.request_head', 'redis.commands', THROUGHPUT, 'latency.p99'],
  'same rate': ['load.rate', 'latency.p50', 'latency.p99', 'service.p99', 'lag.p99', COST],
  search: ['slo.rate'],
  'own rate': [],
}
/** Where the windows hold too few requests for the percentile. */
const INSTEAD: Readonly<Record<string, string>> = {
  'latency.p99': 'latency.p90',
  'service.p99': 'service.p50',
}

function metricsOf(group: Group): readonly MetricInfo[] {
  const known = (id: string | undefined) => group.metrics.find((metric) => metric.id === id)
  return VALUES[group.kind].flatMap((id) => {
    const instead = group.kind === 'closed' ? undefined : INSTEAD[id]
    return known(id) ?? known(instead) ?? []
  })
}

/** The status right after logout, against what the strategy declares. */
export function observedCell({ id, revocation, state }: StrategyInfo, probes: Results['probes']): TableCell {
  const statuses = [
    ...new Set(
      probes.filter(({ strategy }) => strategy === id).flatMap(({ revokedStatus }) => revokedStatus ?? []),
    ),
  ]
  if (statuses.length === 0) return MISSING
  const accepted = statuses.some((status) => status < 400)
  const text = statuses.map((status) => `${status < 400 ? 'accepted' : 'refused'} (${status})`).join(', ')
  if (state === 'none') return textCell(text, 'muted')
  const broken = accepted && revocation.effect === 'immediate'
  return textCell(broken ? `${text}: not as declared` : text, broken ? 'bad' : accepted ? 'warn' : 'good')
}

function toneOf(comparison: Comparison | null): Tone {
  if (comparison === null) return 'plain'
  return comparison.verdict === 'unsure' || comparison.verdict === 'not judged' ? 'muted' : 'plain'
}

/** How to read the columns that only this kind of load has. */
function kindNote(group: Group, { config }: Results): string {
  const has = (start: string) => metricsOf(group).some(({ id }) => id.startsWith(start))
  if (group.kind === 'search')
    return `The highest rate at which p99, from the intended send time, stays within ${formatNumber(config.sloMs)} ms. `
  if (group.kind !== 'same rate') return ''
  return (
    'Latency counts from when a request was due' +
    (has('service')
      ? ', service time from when it was written: the difference is waiting for the server. '
      : '. ') +
    (has('lag')
      ? 'Send lag: how late the load generator itself wrote; that part of the latency is its own. '
      : '')
  )
}

/** @param isExplained the note says how to read the columns; not repeated for every point of a scenario */
export function decisionTable(results: Results, group: Group, isExplained: boolean): Table {
  const cost = group.kind === 'closed' ? group.metrics.find(({ id }) => id === COST) : undefined
  const costed = cost !== undefined && group.baseline !== null
  const costs = costed
    ? [COST, STORE_COST].flatMap((id) => group.metrics.find((metric) => metric.id === id) ?? [])
    : []
  // A strategy that costs Redis no CPU sends it no command: one column for the two.
  const metrics = metricsOf(group).filter(({ id }) => costs.length < 2 || id !== 'redis.commands')
  const revoking = group.kind !== 'same rate'
  const values: readonly Column[] = metrics.map(({ title, unit }) => ({ title, unit }))
  const declared: readonly Column[] = revoking ? [{ title: 'Revokes', unit: null }] : []
  const observed: readonly Column[] = revoking ? [{ title: 'After logout', unit: null }] : []
  const columns: readonly Column[] = [
    { title: 'Strategy', unit: null },
    ...costs.map(({ title, unit }) => ({ title: `+ ${title}`, unit })),
    ...(group.kind === 'search' ? [...values, ...declared] : [...declared, ...values]),
    ...observed,
  ]
  const estimates: Estimate[] = []
  const valueCell = (
    estimate: Estimate | null | undefined,
    signed: boolean,
    tone: Tone,
    mark = '',
  ): TableCell => {
    if (estimate === null || estimate === undefined) return MISSING
    estimates.push(estimate)
    return estimateCell(estimate, signed, tone, mark)
  }
  const isLessThanCapacity = (strategy: string, metric: string): boolean =>
    metric === THROUGHPUT
      ? isLimited(results, group, strategy)
      : metric === RATE && reachedMaxRate(results, group, strategy)
  const named = group.strategies.some(({ id }) => metrics.some((metric) => isLessThanCapacity(id, metric.id)))
  const limits =
    group.kind === 'closed'
      ? limitText(
          results,
          group,
          group.strategies.map(({ id }) => id),
        )
      : named
        ? `no rate above ${formatNumber(results.config.maxRate ?? 0)} requests per second was tried`
        : null
  const strategies = decisionOrder(group)
  const rows = strategies.map((strategy) => {
    const isBaseline = strategy.id === group.baseline?.id
    const own = metrics.map(({ id }) => {
      const limited = isLessThanCapacity(strategy.id, id)
      return valueCell(group.estimate(strategy.id, id), false, limited ? 'warn' : 'plain', limited ? '†' : '')
    })
    const revokes = revoking
      ? [textCell(revocationText(strategy, results.config.ttlSeconds), isBaseline ? 'muted' : 'plain')]
      : []
    return [
      strategyCell(strategy),
      ...costs.map(({ id }) => {
        const against = againstBaseline(group, strategy.id, id)
        return isBaseline
          ? textCell('baseline', 'muted')
          : valueCell(against?.difference, true, toneOf(against))
      }),
      ...(group.kind === 'search' ? [...own, ...revokes] : [...revokes, ...own]),
      ...(revoking ? [observedCell(strategy, results.probes)] : []),
    ]
  })
  return {
    caption: group.title,
    columns,
    rows,
    ...rowsByFamily(strategies, leadersOf(group)),
    note:
      (costed ? `+: what a request costs more than one of “${group.baseline.title}”. ` : '') +
      (isExplained ? kindNote(group, results) : '') +
      (revoking ? 'After logout: status of the next request with the same credential. ' : '') +
      intervalNote(estimates) +
      (isExplained && estimates.some(({ low }) => low !== null)
        ? ' The speed of the machine varies between rounds, for all strategies alike, and widens the brackets: two strategies can differ though their brackets overlap.' +
          (costed
            ? ' Differences are taken round by round, so they need not equal the difference of two numbers.'
            : '')
        : '') +
      (limits === null ? '' : ` ${named ? '† ' : ''}Not the most that the server can do: ${limits}.`),
  }
}

export function decisionSection(results: Results): Section | null {
  const groups = firstWorlds(groupsOf(results)).filter((group) => group.scenario.compared)
  // The numbers have the winners by cost; of the points of a scenario, the last one has the most load.
  const costGroup = costGroupOf(groups)
  if (groups.length === 0) return null
  return {
    id: 'decide',
    title: 'Decide',
    blocks: groups.flatMap((group, index) => [
      ...(group === costGroup || groups[index + 1]?.scenario === group.scenario
        ? []
        : familyTable(group, false)),
      {
        kind: 'table' as const,
        table: decisionTable(
          results,
          group,
          group.kind === 'closed' || groups[index + 1]?.scenario !== group.scenario,
        ),
      },
    ]),
  }
}
