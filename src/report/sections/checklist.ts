import { CHECKLIST, CHECKLIST_GROUPS } from '../../checklist/items.ts'
import {
  type ConformanceOutcome,
  type ConformanceRow,
  conformanceCounts,
  conformanceMatrix,
  isUnexpected,
  OUTCOME_MARKS,
} from '../../checklist/rows.ts'
import type { Results } from '../../results/results.ts'
import type { StrategyInfo } from '../../results/strategy-info.ts'
import { formatCount } from '../../units.ts'
import { familiesOf, familyTitle, isGrouped } from '../groups/families.ts'
import { type Block, type Section, strategyCell, type TableCell, type Tone, textCell } from '../model.ts'
import { sentence } from '../words/phrases.ts'

const OUTCOMES: Readonly<Record<ConformanceOutcome, { readonly text: string; readonly tone: Tone }>> = {
  pass: { text: 'holds', tone: 'good' },
  'expected failure': { text: 'fails by design', tone: 'warn' },
  'unexpected failure': { text: 'FAILS', tone: 'bad' },
  'unexpected pass': { text: 'holds against its declaration', tone: 'bad' },
  'not applicable': { text: 'does not apply', tone: 'muted' },
}

const outcomeCell = (outcome: ConformanceOutcome): TableCell => ({
  kind: 'text',
  text: OUTCOME_MARKS[outcome],
  tone: OUTCOMES[outcome].tone,
  spoken: OUTCOMES[outcome].text,
})

const itemText = (item: string): string => {
  const text = CHECKLIST.find(({ id }) => id === item)?.text
  return text === undefined ? item : `${item}, the server ${text}`
}

/** What has to be mended: the code, or the declaration. */
function unexpectedBlocks(
  rows: readonly ConformanceRow[],
  titleOf: (id: string) => string,
): readonly Block[] {
  const unexpected = rows.filter(isUnexpected)
  if (unexpected.length === 0) return []
  return [
    {
      kind: 'notice',
      tone: 'bad',
      title: `${formatCount(unexpected.length, 'item')} of the security checklist not as declared`,
      lines: unexpected.map(({ strategy, item, outcome, detail }) => {
        const why = detail === null ? '' : `: ${detail}`
        return sentence(`${titleOf(strategy)} ${OUTCOMES[outcome].text}: ${itemText(item)}${why}`)
      }),
    },
  ]
}

/** One line for all that fail an item for the same reason. */
function expectedItems(rows: readonly ConformanceRow[], titleOf: (id: string) => string): readonly string[] {
  const expected = rows.filter(({ outcome }) => outcome === 'expected failure')
  const same = Map.groupBy(expected, ({ item, detail }) => JSON.stringify([item, detail]))
  const order = CHECKLIST.map(({ id }) => id)
  return [...same.values()]
    .flatMap((group) => (group[0] === undefined ? [] : [{ ...group[0], group }]))
    .toSorted((a, b) => order.indexOf(a.item) - order.indexOf(b.item))
    .map(({ item, detail, group }) => {
      const titles = group.map(({ strategy }) => titleOf(strategy)).join('; ')
      return `${itemText(item)}: ${detail === null ? '' : `${sentence(detail)} `}${titles}.`
    })
}

/** What held only when it was tried again, while the machine was busy. */
const repeatedItems = (rows: readonly ConformanceRow[], titleOf: (id: string) => string): readonly string[] =>
  rows.flatMap(({ strategy, item, outcome, detail }) =>
    outcome === 'pass' && detail !== null
      ? [sentence(`${titleOf(strategy)}: ${itemText(item)}: ${detail}`)]
      : [],
  )

/** A server that the run has no strategy for: the address of somebody's own. */
const infoOf = (strategies: readonly StrategyInfo[], id: string): StrategyInfo | undefined =>
  strategies.find((strategy) => strategy.id === id)

function matrixBlock(rows: readonly ConformanceRow[], strategies: readonly StrategyInfo[]): Block {
  const { items, strategies: lines } = conformanceMatrix(rows)
  const order = familiesOf(strategies).flatMap(({ members }) => members.map(({ id }) => id))
  const place = (id: string) => (order.includes(id) ? order.indexOf(id) : order.length)
  const ordered = lines.toSorted((a, b) => place(a.strategy) - place(b.strategy))
  const letters = [...new Set(items.map((item) => item.slice(0, 1)))]
  const groupOf = (id: string) => {
    const info = infoOf(strategies, id)
    return info === undefined ? 'Other servers' : familyTitle(info)
  }
  const used = new Set(rows.map(({ outcome }) => outcome))
  const signs = Object.entries(OUTCOME_MARKS).flatMap(([outcome, mark]) =>
    [...used, 'not applicable'].includes(outcome)
      ? Object.entries(OUTCOMES)
          .filter(([id]) => id === outcome)
          .map(([, { text }]) => `${mark} ${text}`)
      : [],
  )
  const names = letters.map((letter) => `${letter}: ${CHECKLIST_GROUPS[letter] ?? 'others'}`)
  return {
    kind: 'table',
    table: {
      caption: 'Every strategy against every item',
      columns: [{ title: 'Strategy', unit: null }, ...items.map((item) => ({ title: item, unit: null }))],
      rows: ordered.map(({ strategy, outcomes }) => {
        const info = infoOf(strategies, strategy)
        return [info === undefined ? textCell(strategy) : strategyCell(info), ...outcomes.map(outcomeCell)]
      }),
      ...(isGrouped(ordered) ? { groups: ordered.map(({ strategy }) => groupOf(strategy)) } : {}),
      note: `${signs.join(', ')}. ${names.join(', ')}.`,
    },
  }
}

/** What the security checklist found: first what nobody declared. None where the run did not go through it. */
export function checklistSection({ conformance = [], strategies }: Results): Section | null {
  if (conformance.length === 0) return null
  const titleOf = (id: string) => infoOf(strategies, id)?.title ?? id
  const counts = conformanceCounts(conformance)
  const servers = new Set(conformance.map(({ strategy }) => strategy)).size
  const items = new Set(conformance.map(({ item }) => item))
  const reasons = expectedItems(conformance, titleOf)
  const repeated = repeatedItems(conformance, titleOf)
  const texts = CHECKLIST.filter(({ id }) => items.has(id)).map(
    ({ id, text, source }) => `${id}: the server ${text} (${source}).`,
  )
  const parts = [
    `${counts.pass} hold`,
    `${counts['expected failure']} fail as the strategy declares`,
    `${counts['unexpected failure']} fail though the strategy does not declare it`,
    `${counts['unexpected pass']} hold though the strategy declares that they fail`,
  ]
  return {
    id: 'checklist',
    title: 'Security checklist',
    blocks: [
      ...unexpectedBlocks(conformance, titleOf),
      {
        kind: 'text',
        text: `${formatCount(servers, 'server')} were held to those of ${formatCount(items.size, 'item')} that apply to them: ${parts.join(', ')}.`,
        tone: 'plain',
      },
      {
        kind: 'folded',
        title: 'Every strategy against every item',
        open: true,
        blocks: [matrixBlock(conformance, strategies)],
      },
      ...(reasons.length === 0
        ? []
        : [
            {
              kind: 'folded' as const,
              title: `What fails by design, and why (${reasons.length})`,
              open: true,
              blocks: [{ kind: 'list' as const, title: 'What fails by design, and why', items: reasons }],
            },
          ]),
      ...(repeated.length === 0
        ? []
        : [
            {
              kind: 'folded' as const,
              title: `What held only when tried again (${repeated.length})`,
              open: true,
              blocks: [{ kind: 'list' as const, title: 'What held only when tried again', items: repeated }],
            },
          ]),
      {
        kind: 'folded',
        title: `The ${texts.length} items`,
        open: false,
        blocks: [{ kind: 'list', title: 'Items', items: texts }],
      },
    ],
  }
}
