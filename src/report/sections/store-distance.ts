import type { Results } from '../../results/results.ts'
import type { Crossing, Crossover } from '../../results/world-results.ts'
import { formatNumber } from '../../units.ts'
import { crossoverText } from '../../worlds/words.ts'
import { leadersOf } from '../groups/contenders.ts'
import { type Group, groupsOf, slugOf } from '../groups/group.ts'
import { type Block, type CurveChart, type Section, textCell } from '../model.ts'
import { roundsOf } from '../words/phrases.ts'

const titleOf = ({ strategies }: Results, id: string): string =>
  strategies.find((strategy) => strategy.id === id)?.title ?? id
const distanceOf = ({ params }: Group): number => Number(params.storeRttMs)

/** `0.42 ms`, `more than 5 ms`, `0 ms` */
const crossingText = (crossing: Crossing | null, furthestMs: number): string =>
  crossing === null
    ? 'no interval'
    : crossing === 'beyond'
      ? `more than ${furthestMs} ms`
      : `${formatNumber(Number(crossing.toPrecision(2)))} ms`

function crossoverTable(results: Results, crossovers: readonly Crossover[]): Block {
  return {
    kind: 'table',
    table: {
      caption: 'Distance of the store at which the session becomes the slower one',
      columns: ['Against', 'Latency', 'Crossover', 'From', 'To'].map((title) => ({ title, unit: null })),
      rows: crossovers.map(({ strategy, metric, value, low, high, furthestMs }) => [
        textCell(titleOf(results, strategy)),
        textCell(results.metrics.find(({ id }) => id === metric)?.title ?? metric),
        textCell(crossingText(value, furthestMs)),
        textCell(crossingText(low, furthestMs)),
        textCell(crossingText(high, furthestMs)),
      ]),
      note: `Interpolated: in each round a straight line between the two distances that were measured; then the median over the rounds with its 95 % interval. ${titleOf(results, crossovers[0]?.session ?? '')} is the session. 0 ms: it is slower at any distance.`,
    },
  }
}

/** One line for each strategy. */
function distanceChart(points: readonly Group[], metric: string): CurveChart | null {
  const [first] = points
  const info = first?.metrics.find(({ id }) => id === metric)
  if (first === undefined || info === undefined) return null
  const rows = leadersOrAll(first)
    .map(({ id, title, state }) => ({
      label: title,
      state,
      points: points.flatMap((point) => {
        const estimate = point.estimate(id, metric)
        const at = distanceOf(point)
        return estimate === null
          ? []
          : [{ x: { value: at, low: at, high: at, rounds: estimate.rounds }, estimate }]
      }),
    }))
    .filter((row) => row.points.length > 1)
  if (rows.length === 0) return null
  return {
    kind: 'curve',
    id: slugOf(first.scenario.id, { of: metric }),
    title: `${info.title} against the distance of the store`,
    description:
      'Round trip to Redis against what a request takes. A strategy that does not ask Redis stays where it is.',
    unit: info.unit,
    what: 'Latency',
    axis: { title: 'ms to the store', scale: 'linear' },
    rounds: roundsOf(rows.flatMap((row) => row.points.map(({ estimate }) => estimate))),
    rows,
  }
}

const MOST_ROWS = 9
const leadersOrAll = (group: Group) =>
  group.strategies.length > MOST_ROWS ? leadersOf(group) : group.strategies

/** Where the store lies far away. */
export function storeDistanceSection(results: Results): Section | null {
  const { crossovers = [] } = results
  const groups = groupsOf(results).filter(
    ({ params }) => typeof params.storeRttMs === 'number' && params.entries === undefined,
  )
  const byScenario = [...Map.groupBy(groups, ({ scenario }) => scenario.id)]
  if (byScenario.length === 0) return null
  const blocks = byScenario.flatMap(([id, unsorted]): readonly Block[] => {
    const points = unsorted.toSorted((one, other) => distanceOf(one) - distanceOf(other))
    const own = crossovers.filter(({ scenario }) => scenario === id)
    const charts = ['latency.p50', 'latency.p99'].flatMap((metric) => distanceChart(points, metric) ?? [])
    const items = own
      .filter(({ metric }) => metric === 'latency.p50')
      .map((each) => crossoverText(each, (strategy) => titleOf(results, strategy)))
    return [
      { kind: 'heading', text: points[0]?.scenario.title ?? id },
      ...(items.length === 0
        ? []
        : [
            {
              kind: 'list' as const,
              title: 'From where on the session is the slower one (median latency, interpolated)',
              items,
            },
          ]),
      ...charts.map((chart) => ({ kind: 'chart' as const, chart })),
      ...(own.length === 0 ? [] : [crossoverTable(results, own)]),
    ]
  })
  return { id: 'store-distance', title: 'With the store far away', blocks }
}
