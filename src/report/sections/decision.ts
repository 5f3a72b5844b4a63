import type { Comparison, Estimate, Results } from '../../results.ts'
import type { StrategyInfo } from '../../strategy-info.ts'
import { isLimited, limitText } from '../capacity.ts'
import { againstBaseline, type Group, groupsOf, ranked } from '../group.ts'
import {
  type Block,
  type Column,
  estimateCell,
  MISSING,
  type Section,
  strategyCell,
  type TableCell,
  type Tone,
  textCell,
} from '../model.ts'
import { intervalNote, revocationText } from '../wording.ts'

const COST = 'cpu.server'
const THROUGHPUT = 'throughput'
const VALUES = [THROUGHPUT, 'latency.p99', 'bytes.request_head', 'redis.commands']

/** The status right after logout, against what the strategy declares. */
function observedCell({ id, revocation, state }: StrategyInfo, probes: Results['probes']): TableCell {
  const statuses = [
    ...new Set(probes.filter(({ strategy }) => strategy === id).map((probe) => probe.revokedStatus)),
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

/** Cheapest in server CPU first, the baseline at the top. */
const ordered = (group: Group): readonly StrategyInfo[] =>
  ranked(group, group.strategies, ({ id }) =>
    id === group.baseline?.id ? Number.NEGATIVE_INFINITY : againstBaseline(group, id, COST)?.difference.value,
  )

function decisionTable(results: Results, group: Group): Block {
  const metrics = VALUES.flatMap((id) => group.metrics.find((metric) => metric.id === id) ?? [])
  const cost = group.metrics.find(({ id }) => id === COST)
  const costed = cost !== undefined && group.baseline !== null
  const columns: readonly Column[] = [
    { title: 'Strategy', unit: null },
    ...(costed ? [{ title: 'Auth CPU', unit: cost.unit }] : []),
    { title: 'Revokes', unit: null },
    { title: 'After logout', unit: null },
    ...metrics.map(({ title, unit }) => ({ title, unit })),
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
  const limits = limitText(
    results,
    group,
    group.strategies.map(({ id }) => id),
  )
  const named = group.strategies.some(({ id }) => isLimited(results, group, id))
  const rows = ordered(group).map((strategy) => {
    const against = againstBaseline(group, strategy.id, COST)
    const isBaseline = strategy.id === group.baseline?.id
    return [
      strategyCell(strategy),
      ...(costed
        ? [isBaseline ? textCell('baseline', 'muted') : valueCell(against?.difference, true, toneOf(against))]
        : []),
      textCell(revocationText(strategy, results.config.ttlSeconds), isBaseline ? 'muted' : 'plain'),
      observedCell(strategy, results.probes),
      ...metrics.map(({ id }) => {
        const limited = id === THROUGHPUT && isLimited(results, group, strategy.id)
        return valueCell(
          group.estimate(strategy.id, id),
          false,
          limited ? 'warn' : 'plain',
          limited ? '†' : '',
        )
      }),
    ]
  })
  return {
    kind: 'table',
    table: {
      caption: group.title,
      columns,
      rows,
      note:
        (costed ? `Auth CPU: server CPU per request, less that of “${group.baseline.title}”. ` : '') +
        `After logout: status of the next request with the same credential. ${intervalNote(estimates)}` +
        (estimates.some(({ low }) => low !== null)
          ? ' Brackets include how the machine changed between rounds, which all strategies share; overlapping brackets do not mean no difference. ' +
            'Differences are taken round by round, so they need not equal the difference of two numbers.'
          : '') +
        (limits === null ? '' : ` ${named ? '† ' : ''}Throughput is not a capacity throughout: ${limits}.`),
    },
  }
}

export function decisionSection(results: Results): Section | null {
  const groups = groupsOf(results)
  if (groups.length === 0) return null
  return {
    id: 'decide',
    title: 'Decide',
    blocks: groups.map((group) => decisionTable(results, group)),
  }
}
