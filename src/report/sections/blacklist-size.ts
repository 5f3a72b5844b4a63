import { isJudged, openAgainst } from '../../analysis/frontier.ts'
import type { Results } from '../../results/results.ts'
import type { Frontier } from '../../results/world-results.ts'
import { formatBytes, formatCount, formatDuration, formatList } from '../../units.ts'
import { tradeoffChart } from '../charts/tradeoff.ts'
import { type Group, groupsOf } from '../groups/group.ts'
import { type Block, estimateCell, MISSING, type Section, textCell } from '../model.ts'
import { intervalNote } from '../words/phrases.ts'

const titleOf = ({ strategies }: Results, id: string): string =>
  strategies.find((strategy) => strategy.id === id)?.title ?? id

const revokedText = (ms: number | null): string =>
  ms === null ? 'at expiry' : ms === 0 ? 'at once' : `within ${formatDuration(ms)}`

/** One answer for list, chart and table; the times of an invalid run are nobody's. */
const isTold = ({ validity }: Results, row: Frontier['rows'][number]): boolean =>
  validity.verdict !== 'invalid' && isJudged(row)

function frontSentences(results: Results, { rows }: Frontier): readonly string[] {
  const titles = (ids: readonly string[]) => formatList(ids.map((id) => titleOf(results, id)))
  const judged = rows.filter((row) => isTold(results, row))
  const open = rows.filter((row) => !judged.includes(row))
  if (judged.length === 0) return ['Not judged: times need a valid run with enough rounds.']
  const first = judged.filter(({ beatenBy }) => beatenBy.length === 0)
  return [
    ...(first.length === 0 ? [] : [`Beaten by nobody: ${titles(first.map(({ strategy }) => strategy))}.`]),
    ...judged
      .filter(({ beatenBy }) => beatenBy.length > 0)
      .map((row) => `${titleOf(results, row.strategy)} is beaten by ${titles(row.beatenBy)}.`),
    ...open.map((row) => {
      const against = openAgainst(row)
      const held = against.length === 0 ? '' : ` against ${titles(against)}`
      return `Not judged${held}: ${titleOf(results, row.strategy)}.`
    }),
  ]
}

function beatenText(results: Results, row: Frontier['rows'][number]): string {
  if (!isTold(results, row)) return 'not judged'
  return row.beatenBy.length === 0 ? 'nobody' : formatList(row.beatenBy.map((id) => titleOf(results, id)))
}

/** Cost against revocation, as everywhere; filled is what nobody beats in anything else that is weighed either. */
function frontChart(results: Results, full: Group, { rows, entries }: Frontier): readonly Block[] {
  const chart = tradeoffChart(full)
  if (chart === null) return []
  const isFront = (id: string) =>
    rows.some((row) => row.strategy === id && row.beatenBy.length === 0 && isTold(results, row))
  return [
    {
      kind: 'chart',
      chart: {
        ...chart,
        title: `What revocation costs with ${formatCount(entries, 'entry', 'entries')} in each store`,
        description:
          'CPU time that a request takes beyond the baseline, in all processes. Filled: nobody beats it. Larger dots: larger requests.',
        rows: chart.rows.map((row) => ({ ...row, front: isFront(row.id) })),
      },
    },
  ]
}

/** Who is left when cost, waiting, revocation, the store and memory are weighed together. */
export function blacklistSizeSection(results: Results): Section | null {
  const { frontier } = results
  if (frontier === undefined) return null
  const { rows, entries, nearMs, farMs } = frontier
  const groups = groupsOf(results).filter(({ scenario }) => scenario.id === frontier.scenario)
  const question = groups[0]?.scenario.question
  const full = groups.find(({ params }) => params.entries === entries && params.storeRttMs === nearMs)
  const estimates = rows.flatMap(({ cost, latency }) => [cost, latency].filter((each) => each !== null))
  return {
    id: 'blacklist-size',
    title: 'With a list of what is revoked',
    blocks: [
      ...(question === undefined ? [] : [{ kind: 'text' as const, text: question, tone: 'muted' as const }]),
      {
        kind: 'list',
        title: `With ${formatCount(entries, 'entry', 'entries')} in each store`,
        items: frontSentences(results, frontier),
      },
      ...(full === undefined ? [] : frontChart(results, full, frontier)),
      {
        kind: 'table',
        table: {
          caption: 'What is weighed',
          columns: [
            { title: 'Strategy', unit: null },
            { title: `CPU, Redis ${nearMs} ms away`, unit: 'us/req' },
            { title: `p50, Redis ${farMs} ms away`, unit: 'us' },
            { title: 'Revoked', unit: null },
            { title: 'Trips', unit: null },
            { title: 'Memory', unit: null },
            { title: 'Beaten by', unit: null },
          ],
          rows: rows.map((row) => [
            textCell(titleOf(results, row.strategy)),
            row.cost === null ? MISSING : estimateCell(row.cost),
            row.latency === null ? MISSING : estimateCell(row.latency),
            textCell(revokedText(row.revokedWithinMs)),
            textCell(String(row.roundTrips)),
            row.memoryBytes === null ? MISSING : textCell(formatBytes(row.memoryBytes)),
            textCell(beatenText(results, row)),
          ]),
          note: `Beaten: another is better in one of these and shown to be worse in none. CPU: server, Redis and auth server together. Trips: to the store for one request with a good credential; with 0 a request does not wait for it. Memory: what the entries take, in the store and in each server. A session store has an entry for everyone who is logged in, a list of revoked tokens only for those, so that the same number stands for more users: a list that takes less with as many entries takes less in any case, one that takes more is not judged by memory. ${intervalNote(estimates)}`,
        },
      },
    ],
  }
}
