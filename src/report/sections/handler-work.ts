import type { Results } from '../../results/results.ts'
import type { HandlerWork } from '../../results/world-results.ts'
import { formatChange, formatEstimate, formatPercent } from '../../units.ts'
import { worldParamText } from '../../worlds/words.ts'
import { groupsOf } from '../groups/group.ts'
import { pointText } from '../groups/load-kind.ts'
import { type Block, MISSING, type Section, type TableCell, textCell } from '../model.ts'
import { roundsOf } from '../words/phrases.ts'

const titleOf = ({ strategies }: Results, id: string): string =>
  strategies.find((strategy) => strategy.id === id)?.title ?? id
const metricTitle = ({ metrics }: Results, id: string): string =>
  metrics.find((metric) => metric.id === id)?.title ?? id

/** `From 5 ms of waiting on, ...`: what nobody can tell apart any more, and how sure that is. */
function alikeSentence(
  results: Results,
  { metric, work, from, notExcluded }: HandlerWork['alike'][number],
): string {
  const title = metricTitle(results, metric)
  if (from === null)
    return `${title}: strategies can be told apart whatever the handler ${work === 'waitMs' ? 'waits' : 'computes'} here.`
  const unsure =
    notExcluded === null ? '' : `; differences of up to ${formatPercent(notExcluded)} are not excluded`
  return `${title}: from ${worldParamText(work, from)} on, no two strategies of this run can be told apart${unsure}.`
}

const leftCell = ({ left }: HandlerWork['rows'][number]): TableCell =>
  left === null
    ? MISSING
    : textCell(
        formatEstimate(
          {
            ...left,
            value: 100 * left.value,
            low: left.low === null ? null : 100 * left.low,
            high: left.high === null ? null : 100 * left.high,
          },
          '%',
        ),
      )

function workTable(results: Results, { rows, session }: HandlerWork, metric: string): Block {
  const own = rows.filter((row) => row.metric === metric)
  const titles = own.map(({ strategy }) => titleOf(results, strategy))
  const [first] = own
  return {
    kind: 'table',
    table: {
      caption: `${metricTitle(results, metric)} against ${titleOf(results, session)}`,
      columns: ['Handler', 'Difference', 'Told apart', 'Left of the difference'].map((title) => ({
        title,
        unit: null,
      })),
      rows: own.map((row) => [
        textCell(pointText('closed', row.params)),
        textCell(formatChange(row.ratio), row.told ? 'plain' : 'muted'),
        textCell(row.told === null ? 'not judged' : row.told ? 'yes' : 'no', row.told ? 'plain' : 'muted'),
        leftCell(row),
      ]),
      groups: titles,
      kept: own.map(({ strategy }) => strategy === first?.strategy),
      note: `${roundsOf(own.map(({ ratio }) => ratio))}. Told apart: the whole interval is clear of the A/A noise of the point. Left: share of what the difference is with an empty handler, where one was shown.`,
    },
  }
}

/** What the work of the handler leaves of the differences. */
export function handlerWorkSection(results: Results): Section | null {
  const { handlerWork } = results
  if (handlerWork === undefined) return null
  const metrics = [...new Set(handlerWork.rows.map(({ metric }) => metric))]
  const question = groupsOf(results).find(({ scenario }) => scenario.id === handlerWork.scenario)?.scenario
    .question
  const judged = handlerWork.alike.filter(({ metric }) => metrics.includes(metric))
  return {
    id: 'handler-work',
    title: 'With work in the handler',
    blocks: [
      ...(question === undefined ? [] : [{ kind: 'text' as const, text: question, tone: 'muted' as const }]),
      ...(judged.length === 0
        ? []
        : [
            {
              kind: 'list' as const,
              title: 'Who can still be told apart',
              items: judged.map((each) => alikeSentence(results, each)),
            },
          ]),
      ...metrics.map((metric) => workTable(results, handlerWork, metric)),
    ],
  }
}
