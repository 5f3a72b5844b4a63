// In this folder: one file for each section of the report; this is the first.

import type { Estimate, Results } from '../../results/results.ts'
import type { StrategyInfo } from '../../results/strategy-info.ts'
import { formatBytes } from '../../units.ts'
import { tradeoffChart } from '../charts/tradeoff.ts'
import { COST, costGroupOf, decisionOrder, leadersOf } from '../groups/contenders.ts'
import { isGrouped } from '../groups/families.ts'
import { againstBaseline, firstWorlds, type Group, groupsOf } from '../groups/group.ts'
import {
  type Block,
  estimateCell,
  MISSING,
  type Section,
  strategyCell,
  type Table,
  type TableCell,
  textCell,
} from '../model.ts'
import { revocationText, sentence } from '../words/phrases.ts'
import { noAnswer, shortAnswer } from '../words/short-answer.ts'
import { byVerdict } from './claims.ts'
import { decisionTable, observedCell } from './decision.ts'
import { answersOf } from './numbers.ts'
import { badge, notice } from './run-state.ts'

const sizeCell = (estimate: Estimate | null): TableCell =>
  estimate === null ? MISSING : textCell(formatBytes(estimate.value))

/** When a revoked credential is refused; a server that broke its promise says so. */
function revokedCell(strategy: StrategyInfo, { config, probes }: Results): TableCell {
  const { effect } = strategy.revocation
  if (effect === 'never') return MISSING
  if (effect === 'unknown') return textCell('unknown', 'muted')
  const observed = observedCell(strategy, probes)
  if (observed.tone === 'bad') return observed
  return textCell(effect === 'at-expiry' ? 'at expiry' : revocationText(strategy, config.ttlSeconds))
}

/** What a decision needs: cost, revocation, size. Of many strategies the first of each family and those that the answer names. */
function costTable(results: Results, group: Group): Table {
  const ordered = decisionOrder(group)
  const shown = isGrouped(ordered) ? leadersOf(group) : ordered
  const more = ordered.length - shown.length
  const isBaseline = ({ id }: StrategyInfo) => id === group.baseline?.id
  const added = (strategy: StrategyInfo, metric: string): TableCell => {
    const comparison = againstBaseline(group, strategy.id, metric)
    return comparison === null ? MISSING : estimateCell(comparison.difference, true)
  }
  const own = (strategy: StrategyInfo, metric: string): TableCell => {
    const estimate = group.estimate(strategy.id, metric)
    return estimate === null ? MISSING : estimateCell(estimate)
  }
  const has = (metric: string) => group.metrics.find(({ id }) => id === metric)
  const [cost, store, heap, head] = [
    has(COST),
    has('cpu.redis'),
    has('memory.allocated'),
    has('bytes.request_head'),
  ]
  // Beside CPU there is no room for what is allocated; a run that times nothing has it instead.
  const costColumns = (cost === undefined ? [store, heap] : [cost, store]).filter(
    (metric) => metric !== undefined,
  )
  return {
    caption: group.title,
    columns: [
      { title: 'Strategy', unit: null },
      ...costColumns.map(({ title, unit }) => ({
        title: group.baseline === null ? title : `+ ${title}`,
        unit,
      })),
      ...(head === undefined ? [] : [{ title: 'Request', unit: null }]),
      { title: 'Revoked', unit: null },
    ],
    rows: shown.map((strategy) => [
      strategyCell(strategy),
      ...costColumns.map(({ id }) =>
        group.baseline === null
          ? own(strategy, id)
          : isBaseline(strategy)
            ? textCell('baseline', 'muted')
            : added(strategy, id),
      ),
      ...(head === undefined ? [] : [sizeCell(group.estimate(strategy.id, head.id))]),
      revokedCell(strategy, results),
    ]),
    note: [
      group.baseline === null ? '' : '+: added to a request without authentication.',
      'Brackets: 95 % intervals over rounds.',
      more === 0 ? '' : `${more} more strategies are in the whole report.`,
    ]
      .filter((part) => part !== '')
      .join(' '),
  }
}

/** What each experiment found, and what it is to show for it, below. */
function experimentAnswers({ experiments = [] }: Results): readonly Block[] {
  return experiments.flatMap(({ title, answer, notDone }): readonly Block[] => [
    { kind: 'heading', text: title },
    ...answer.map((text): Block => ({ kind: 'text', text, tone: 'plain' })),
    // Where it found something, what it left out is told below.
    ...(answer.length > 0 ? [] : notDone).map((text): Block => ({ kind: 'text', text, tone: 'warn' })),
  ])
}

/** What nobody may miss, in whatever format. */
function experimentTroubles({ experiments = [] }: Results): readonly Block[] {
  return experiments.flatMap(({ title, broken = [], complete }): readonly Block[] => [
    ...(complete ? [] : [{ kind: 'text' as const, text: `${title}: not complete.`, tone: 'warn' as const }]),
    ...broken.map(
      (text): Block => ({ kind: 'text', text: `${title}: not kept: ${sentence(text)}`, tone: 'bad' }),
    ),
  ])
}

/** What a reader in a hurry sees: whether to trust the run, the answer, the table it rests on, the claims. */
export function firstScreen(results: Results): Section {
  const groups = firstWorlds(groupsOf(results))
  const compared = groups.filter(({ scenario }) => scenario.compared)
  const decided = costGroupOf(compared) ?? compared[0]
  const short = shortAnswer(groups)
  const sentences =
    short.length > 0 ? [short.join(' ')] : (answersOf(results, groups)[0]?.paragraphs.slice(0, 1) ?? [])
  const picture = decided === undefined ? null : tradeoffChart(decided)
  const found = experimentAnswers(results)
  const text =
    sentences.length > 0 || results.scenarios.length === 0 ? sentences : [noAnswer(results, groups)]
  return {
    id: 'answer',
    title: 'The answer in short',
    blocks: [
      ...notice(results),
      ...text.map((line): Block => ({ kind: 'text', text: line, tone: 'plain' })),
      badge(results, decided),
      ...experimentTroubles(results),
      ...(picture === null ? [] : [{ kind: 'chart' as const, chart: picture }]),
      ...(decided === undefined
        ? found
        : [
            {
              kind: 'table' as const,
              table:
                decided.kind === 'closed'
                  ? costTable(results, decided)
                  : decisionTable(results, decided, false),
            },
          ]),
      ...(results.claims.length === 0 ? [] : [{ kind: 'verdicts' as const, ...byVerdict(results.claims) }]),
      ...(decided === undefined || found.length === 0 ? [] : [{ kind: 'found' as const, blocks: found }]),
    ],
  }
}
