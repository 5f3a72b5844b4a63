import { limitText } from '../../gates/judgement.ts'
import { verdictOf } from '../../gates/verdict.ts'
import type { Change } from '../../results/change.ts'
import type { Estimate, Results } from '../../results/results.ts'
import { enumerateSome, formatChange, formatCount, formatNumber, formatQuantity } from '../../units.ts'
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
import { type Block, MISSING, type Section, type TableCell, type Tone, textCell } from '../model.ts'
import { roundsOf } from '../words/phrases.ts'

/** More are counted and not listed; the worst come first. */
const LISTED_ROWS = 60
const LISTED_SENTENCES = 8
const LISTED_NAMES = 4

const TONES: Readonly<Record<Change['verdict'], Tone>> = {
  regression: 'bad',
  inconclusive: 'warn',
  pass: 'plain',
  improvement: 'good',
}

const limitCell = ({ limit }: Change): TableCell =>
  limit === null ? MISSING : textCell(limit === 0 ? 'no change' : limitText(limit))

const valueCell = ({ unit }: Change, { value, rounds }: Estimate): TableCell =>
  rounds === 0 ? MISSING : textCell(formatQuantity(value, unit))

/** Where a side is zero there is no ratio; zero on both sides is no change. */
function changeCell({ base, head, ratio }: Change): TableCell {
  if (ratio !== null) return textCell(formatChange(ratio))
  return base.value === 0 && head.value === 0 && head.rounds > 0 ? textCell('none') : MISSING
}

function headline(gating: readonly Change[]): string {
  const count = (verdict: Change['verdict']) => gating.filter((change) => change.verdict === verdict).length
  const all = formatCount(gating.length, 'gated comparison')
  switch (verdictOf(gating)) {
    case 'regression':
      return `Regression: ${count('regression')} of ${all} got worse`
    case 'inconclusive':
      return gating.length === 0
        ? 'Inconclusive: nothing that is gated was measured on both sides'
        : `Inconclusive: ${count('inconclusive')} of ${all} could not be decided`
    case 'pass':
      return `Pass: none of ${all} got worse`
  }
}

/** Changes that say the same are one sentence. */
function sentences(report: ChangeReport, changes: readonly Change[]): readonly string[] {
  const several = hasSeveralPoints(report)
  const byReason = [...Map.groupBy(worstFirst(changes), ({ why }) => why)]
  const lines = byReason.slice(0, LISTED_SENTENCES).map(([why, alike]) => {
    const names = alike.map(
      (change) =>
        `${metricTitle(report, change)} of ${strategyTitle(report, change)}${several ? ` (${pointText(change)})` : ''}`,
    )
    return `${enumerateSome(names, LISTED_NAMES)}: ${why}.`
  })
  const more = byReason.length - lines.length
  return more > 0 ? [...lines, `And ${more} more, see the tables.`] : lines
}

function notices(report: ChangeReport, gating: readonly Change[]): readonly Block[] {
  const of = (verdict: Change['verdict']) => gating.filter((change) => change.verdict === verdict)
  const open = of('inconclusive')
  const advice = open.some(({ exact, ratio }) => !exact && ratio !== null)
    ? ['More rounds (--rounds) narrow the intervals; so does a machine that does nothing else.']
    : []
  return [
    {
      kind: 'notice' as const,
      tone: 'bad' as const,
      title: 'Worse than the limit',
      lines: sentences(report, of('regression')),
    },
    {
      kind: 'notice' as const,
      tone: 'warn' as const,
      title: 'Not decided',
      lines: [...sentences(report, open), ...advice],
    },
  ].filter(({ lines }) => lines.length > 0)
}

function informationalList(report: ChangeReport): readonly Block[] {
  const worse = report.changes.filter(
    ({ gating, verdict, base }) => !gating && (verdict === 'regression' || base.rounds === 0),
  )
  return worse.length === 0
    ? []
    : [{ kind: 'list', title: 'Informational: shown, and never fails', items: sentences(report, worse) }]
}

function gatedTable(report: ChangeReport, gating: readonly Change[]): readonly Block[] {
  const all = worstFirst(gating.filter(isRow))
  const listed = all.slice(0, LISTED_ROWS)
  if (listed.length === 0) return []
  const points = hasSeveralPoints(report)
  const more = all.length - listed.length
  const estimates = listed.flatMap(({ base, head }) => [base, head])
  const confidence = listed[0]?.confidence ?? 0
  return [
    {
      kind: 'table',
      table: {
        caption: 'Gated comparisons, worst first',
        columns: [
          'Strategy',
          'Metric',
          ...(points ? ['Load'] : []),
          'Base',
          'Head',
          'Change',
          'Limit',
          'Verdict',
        ].map((title) => ({ title, unit: null })),
        rows: listed.map((change) => [
          textCell(strategyTitle(report, change)),
          textCell(metricTitle(report, change)),
          ...(points ? [textCell(pointText(change))] : []),
          valueCell(change, change.base),
          valueCell(change, change.head),
          changeCell(change),
          limitCell(change),
          textCell(change.verdict, TONES[change.verdict]),
        ]),
        note: `Medians over ${roundsOf(estimates)}; change: head / base − 1 with its ${formatNumber(confidence * 100)} % interval. A regression is an interval that lies beyond the limit as a whole.${more > 0 ? ` ${more} more rows are left out, none worse than these.` : ''}`,
      },
    },
  ]
}

function unchangedText(report: ChangeReport, gating: readonly Change[]): readonly Block[] {
  const passed = gating.filter((change) => !isRow(change))
  if (passed.length === 0) return []
  const titles = [...new Set(passed.map((change) => metricTitle(report, change)))]
  const strategies = new Set(passed.map(({ strategy }) => strategy)).size
  return [
    {
      kind: 'text',
      tone: 'plain',
      text: `Counted, and unchanged in every round: ${enumerateSome(titles, titles.length)} (${formatCount(passed.length, 'comparison')} of ${formatCount(strategies, 'strategy', 'strategies')}).`,
    },
  ]
}

function differencesTable({ differences }: ChangeReport): readonly Block[] {
  if (differences.length === 0) return []
  return [
    {
      kind: 'table',
      table: {
        caption: 'In what the two runs differ',
        columns: ['What', 'Base', 'Head', 'Consequence'].map((title) => ({ title, unit: null })),
        rows: differences.map(({ what, base, head, consequence }) => [
          textCell(what),
          textCell(base),
          textCell(head),
          consequence === 'label' ? textCell('said here only', 'muted') : textCell(consequence, 'warn'),
        ]),
        note: '',
      },
    },
  ]
}

function originText({ paired, extended, base, head }: ChangeReport): string {
  const how = paired
    ? 'in the same rounds, next to each other in time.'
    : 'unpaired: measured at different times; the machine’s own change between them is in the difference.'
  return `Base: ${base}. Head: ${head}. Compared ${how}${extended ? ' Rounds were added once, because a gate was still open.' : ''}`
}

/** The verdict, what it rests on, and what could not be judged. */
export function summaryOfChanges(report: ChangeReport): Section {
  const gating = report.changes.filter((change) => change.gating)
  return {
    id: 'changes',
    title: headline(gating),
    blocks: [
      { kind: 'text', text: originText(report), tone: 'plain' },
      ...notices(report, gating),
      ...gatedTable(report, gating),
      ...unchangedText(report, gating),
      ...informationalList(report),
      ...differencesTable(report),
    ],
  }
}

export const changesSection = (results: Results): Section | null =>
  results.changes.length === 0 ? null : summaryOfChanges(reportWithin(results))
