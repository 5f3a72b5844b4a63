// In this folder: from cells to summaries, comparisons and validity.

import { type Metric, requestsOf } from '../metrics/metric.ts'
import type { Arm, Cell, CompletedCell, Params } from '../results/cell.ts'
import type { Results } from '../results/results.ts'
import { medianOf } from '../stats/median.ts'

/** One scenario at one setting: only what was measured under the same load is compared. */
export interface Point {
  readonly scenario: string
  readonly params: Params
}

/** What gives one value per round. */
export interface Subject extends Point {
  readonly strategy: string
  readonly arm: Arm
  /** Completed cells, one per round, in the order of the rounds; the last attempt where there were several. */
  readonly cells: readonly CompletedCell[]
}

export type RoundValue = Results['rounds'][number]['values'][number]

/** The same for points that are the same, in whatever order their parameters were written. */
export const keyOf = ({ scenario, params }: Point): string =>
  JSON.stringify([scenario, Object.entries(params).sort(([a], [b]) => (a < b ? -1 : 1))])

/** In the order of the scenarios, then as measured. */
export function pointsOf(cells: readonly Cell[], scenarios: readonly { readonly id: string }[]): Point[] {
  const points = new Map<string, Point>()
  for (const { scenario, params } of cells) {
    const point = { scenario, params }
    if (!points.has(keyOf(point))) points.set(keyOf(point), point)
  }
  const place = ({ scenario }: Point) => scenarios.findIndex(({ id }) => id === scenario)
  return [...points.values()].sort((a, b) => place(a) - place(b))
}

/** The attempts at each cell: one strategy and arm, at one point, in one round. */
export const attemptsByRound = (cells: readonly Cell[]): readonly (readonly Cell[])[] => [
  ...Map.groupBy(cells, (cell) => `${cell.arm} ${cell.strategy} ${cell.round} ${keyOf(cell)}`).values(),
]

/** The cells of every point, strategy and arm; asked for by the returned function. */
export function cellsBySubject(cells: readonly Cell[]) {
  const groups = new Map<string, Cell[]>()
  const key = (point: Point, strategy: string, arm: string) => `${arm} ${strategy} ${keyOf(point)}`
  for (const cell of cells) {
    const group = key(cell, cell.strategy, cell.arm)
    const known = groups.get(group)
    if (known === undefined) groups.set(group, [cell])
    else known.push(cell)
  }
  return (point: Point, strategy: string, arm: Arm): readonly Cell[] =>
    groups.get(key(point, strategy, arm)) ?? []
}

export function subjectOf(point: Point, strategy: string, arm: Arm, attempts: readonly Cell[]): Subject {
  const rounds = new Map<number, CompletedCell>()
  for (const cell of attempts) if (cell.state === 'completed') rounds.set(cell.round, cell)
  const cells = [...rounds.values()].sort((a, b) => a.round - b.round)
  return { ...point, strategy, arm, cells }
}

const known = new WeakMap<Subject, Map<Metric, readonly RoundValue[]>>()

/** Nothing where the median round holds too few requests for the metric. */
export function valuesOf(subject: Subject, metric: Metric): readonly RoundValue[] {
  const ofSubject = known.get(subject) ?? new Map<Metric, readonly RoundValue[]>()
  known.set(subject, ofSubject)
  const before = ofSubject.get(metric)
  if (before !== undefined) return before
  const values =
    subject.cells.length === 0 || medianOf(subject.cells.map(requestsOf)) < metric.minimumRequests
      ? []
      : subject.cells.flatMap((cell) => {
          const value = metric.read(cell)
          return value === null ? [] : [{ round: cell.round, position: cell.position, value }]
        })
  ofSubject.set(metric, values)
  return values
}
