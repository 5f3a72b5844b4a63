import { limitText } from '../../gates/judgement.ts'
import type { Change } from '../../results/change.ts'
import type { Results } from '../../results/results.ts'
import { formatProbability } from '../../units.ts'
import {
  type ChangeReport,
  hasSeveralPoints,
  isRow,
  metricTitle,
  pointText,
  reportWithin,
  strategyTitle,
  worstFirst,
} from '../groups/change-report.ts'
import { type Block, estimateCell, MISSING, type Section, type TableCell, textCell } from '../model.ts'

type DetailColumn = readonly [title: string, unit: string | null, cell: (change: Change) => TableCell]

/** In percent; where a side is zero there is no ratio, and zero on both sides is no change. */
function changeCell({ ratio, base, head }: Change): TableCell {
  const percent = (value: number) => (value - 1) * 100
  if (ratio === null) return base.value === 0 && head.value === 0 ? textCell('none') : MISSING
  const { value, low, high, rounds } = ratio
  return estimateCell(
    {
      value: percent(value),
      low: low === null ? null : percent(low),
      high: high === null ? null : percent(high),
      rounds,
    },
    true,
  )
}

const probabilityCell = (p: number | null) => (p === null ? MISSING : textCell(formatProbability(p)))

/** What a limit means for the verdicts below it. */
function gateText({ limit, gating }: Change): string {
  if (limit === null) return 'no limit'
  const limited = limit === 0 ? 'no change allowed' : `limit ${limitText(limit)}`
  return gating ? limited : `informational, ${limited}`
}

/** Of gated metrics the verdict is in the table of the summary; counts have no p. */
function verdictColumns({ gating, exact, limit }: Change): readonly DetailColumn[] {
  if (exact) return []
  const p: DetailColumn = ['p', null, (change) => probabilityCell(change.p)]
  if (gating) return [p, ['p (Holm)', null, ({ pHolm }) => probabilityCell(pHolm)]]
  return limit === null ? [p] : [['Verdict', null, ({ verdict }) => textCell(verdict)]]
}

/** One metric at one point, all strategies. */
function metricTable(report: ChangeReport, changes: readonly [Change, ...Change[]]): Block {
  const [first] = changes
  const where = hasSeveralPoints(report) ? `, ${pointText(first)}` : ''
  const columns: readonly DetailColumn[] = [
    ['Strategy', null, (change) => textCell(strategyTitle(report, change))],
    ['Base', first.unit, ({ base }) => (base.rounds === 0 ? MISSING : estimateCell(base))],
    ['Head', first.unit, ({ head }) => (head.rounds === 0 ? MISSING : estimateCell(head))],
    ['Change', '%', changeCell],
    ...verdictColumns(first),
  ]
  return {
    kind: 'table',
    table: {
      caption: `${metricTitle(report, first)}${where}: ${gateText(first)}`,
      columns: columns.map(([title, unit]) => ({ title, unit })),
      rows: worstFirst(changes).map((change) => columns.map(([, , cell]) => cell(change))),
      note: '',
    },
  }
}

/** Everything timed that was compared, gated or not, and counted metrics that changed. */
export function detailsOfChanges(report: ChangeReport): Section {
  const tables = Map.groupBy(report.changes.filter(isRow), (change) =>
    JSON.stringify([pointText(change), change.metric]),
  )
  return {
    id: 'change-details',
    title: 'Every comparison of base and head',
    blocks: [
      ...[...tables.values()].flatMap(([first, ...rest]) =>
        first === undefined ? [] : [metricTable(report, [first, ...rest])],
      ),
      {
        kind: 'text',
        tone: 'muted',
        text: 'Base and head: medians over rounds with 95 % intervals. p: two-sided, of “nothing changed”; Holm: adjusted for the number of gated, timed comparisons. Both are shown only: the interval decides.',
      },
    ],
  }
}

export const changeDetailsSection = (results: Results): Section | null =>
  results.changes.length === 0 ? null : detailsOfChanges(reportWithin(results))
