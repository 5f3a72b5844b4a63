import type { Results } from '../../results/results.ts'
import { formatChange, formatCount, formatList } from '../../units.ts'
import { groupsOf } from '../groups/group.ts'
import { type Block, type Section, type Tone, textCell } from '../model.ts'
import { bandRange, sentence } from '../words/phrases.ts'

const TONES: Readonly<Record<'ok' | 'warn' | 'invalid' | 'unknown', Tone>> = {
  ok: 'good',
  warn: 'warn',
  invalid: 'bad',
  unknown: 'muted',
}
const SEVERITY = ['invalid', 'warn', 'unknown', 'ok'] as const

function noiseTable(results: Results): Block {
  const { noise, metrics, comparisons } = results
  const several = groupsOf(results).length > 1
  const ids = Object.keys(noise)
  const titleOf = (id: string) => metrics.find((metric) => metric.id === id)?.title ?? id
  const rounds = [...new Set(Object.values(noise).map((ratio) => ratio.rounds))].sort((a, b) => a - b)
  if (ids.length === 0) {
    return { kind: 'text', text: 'The run has no A/A control, so its noise is unknown.', tone: 'warn' }
  }
  return {
    kind: 'table',
    table: {
      caption: 'A/A: the baseline against its own twin',
      columns: [
        { title: 'Metric', unit: null },
        { title: 'Twin / baseline − 1', unit: null },
        { title: 'Noise', unit: null },
      ],
      rows: ids.flatMap((id) => {
        const ratio = noise[id]
        return ratio === undefined
          ? []
          : [
              [
                textCell(titleOf(id)),
                textCell(formatChange(ratio)),
                textCell(bandRange(comparisons, id)?.text ?? 'unknown'),
              ],
            ]
      }),
      note: `${rounds.map((count) => formatCount(count, 'round')).join(', ')}. The same code in another process. A difference inside the noise band is not called a difference.${several ? ' The noisiest scenario is shown; each is judged by its own band.' : ''}`,
    },
  }
}

type Check = Results['validity']['checks'][number]
interface CheckRow extends Check {
  readonly strategies: readonly string[]
  readonly scenarios: readonly string[]
}

/** How far the value is from the limit, on either side: for some checks a small value is the bad one. */
const distanceOf = ({ value, warnLimit, invalidLimit }: Check): number =>
  Math.abs((value ?? 0) - (warnLimit ?? invalidLimit ?? 0))

/** Checks of one key are one row with the worst of them. */
function worstOf(checks: readonly Check[], keyOf: (check: Check) => readonly unknown[]): readonly CheckRow[] {
  const same = Map.groupBy(checks, (check) => JSON.stringify(keyOf(check)))
  return [...same.values()].flatMap((rows) => {
    // Where a row is about all of them, so is the whole.
    const isOfAll = rows.some(({ strategy }) => strategy === null)
    const strategies = isOfAll ? [] : [...new Set(rows.flatMap(({ strategy }) => strategy ?? []))]
    const scenarios = [...new Set(rows.flatMap(({ scenario }) => scenario ?? []))]
    const cells = rows.reduce((sum, row) => sum + row.cells, 0)
    return rows
      .toSorted((a, b) => distanceOf(b) - distanceOf(a))
      .slice(0, 1)
      .map((row) => ({ ...row, cells, strategies, scenarios }))
  })
}

/** Worst first. @param caption of the table @param who of a row: whose cells they are */
function checksTable(
  { scenarios }: Results,
  rows: readonly CheckRow[],
  caption: string,
  who: { readonly title: string; readonly of: (row: CheckRow) => string },
): Block {
  const several = scenarios.length > 1
  return {
    kind: 'table',
    table: {
      caption,
      columns: [
        'Check',
        'Outcome',
        who.title,
        ...(several ? ['Scenario'] : []),
        'Cells',
        several ? 'What was seen, the worst' : 'What was seen',
      ].map((title) => ({ title, unit: null })),
      rows: rows.map((row) => [
        textCell(row.id),
        textCell(row.outcome, TONES[row.outcome]),
        textCell(who.of(row)),
        ...(several ? [textCell(row.scenarios.join(', '))] : []),
        textCell(`${row.cells}`),
        textCell(sentence(row.sentence)),
      ]),
      note: '',
    },
  }
}

/** Checks that passed are counted; of the others the worst cell, and by strategy what is looked up. */
function checkBlocks(results: Results): readonly Block[] {
  const { validity, strategies } = results
  const titleOf = (id: string) => strategies.find((strategy) => strategy.id === id)?.title ?? id
  const ids = [...new Set(validity.checks.map(({ id }) => id))]
  const rest = validity.checks
    .filter(({ outcome }) => outcome !== 'ok')
    .toSorted(
      (a, b) =>
        SEVERITY.indexOf(a.outcome) - SEVERITY.indexOf(b.outcome) || ids.indexOf(a.id) - ids.indexOf(b.id),
    )
  const passed = ids.filter((id) => rest.every((check) => check.id !== id))
  const named = checksTable(
    results,
    worstOf(rest, ({ id, outcome, strategy }) => [id, outcome, strategy]),
    'Checks that did not pass, by strategy',
    { title: 'Strategy', of: (row) => row.strategies.map(titleOf).join('') || 'several' },
  )
  const counted = checksTable(
    results,
    worstOf(rest, ({ id, outcome }) => [id, outcome]),
    'Checks that did not pass everywhere',
    {
      title: 'Strategy',
      of: ({ strategies: own }) =>
        own.length > 1 ? `${own.length} strategies` : own.map(titleOf).join('') || 'several',
    },
  )
  const tables: readonly Block[] = [
    counted,
    { kind: 'folded', title: 'Checks that did not pass, by strategy', open: false, blocks: [named] },
  ]
  return [
    ...(rest.length === 0 ? [] : tables),
    ...(passed.length === 0
      ? []
      : [
          {
            kind: 'text' as const,
            text: `Checks that passed in every cell: ${formatList(passed)}.`,
            tone: 'plain' as const,
          },
        ]),
  ]
}

export function noiseSection(results: Results): Section | null {
  const findings: readonly Block[] =
    results.findings.length === 0 ? [] : [{ kind: 'findings', findings: results.findings }]
  // Experiments say themselves what they count on.
  if (results.scenarios.length === 0) {
    return findings.length === 0 ? null : { id: 'validity', title: 'Noise and validity', blocks: findings }
  }
  const { cells } = results.validity
  const counts = (['completed', 'invalid', 'failed', 'interrupted'] as const).map(
    (state) =>
      `${cells[state]} ${state}${state === 'invalid' && cells.repeated ? ` (${cells.repeated} measured again)` : ''}`,
  )
  return {
    id: 'validity',
    title: 'Noise and validity',
    blocks: [
      noiseTable(results),
      ...checkBlocks(results),
      {
        kind: 'text',
        text: `Cells: ${counts.join(', ')}. Only completed cells are analysed.`,
        tone: 'plain',
      },
      ...findings,
    ],
  }
}
