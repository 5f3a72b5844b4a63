// In this folder: strategies that were measured under the same load, sorted and ranked for a report.

import { opposite } from '../../analysis/opposite-comparison.ts'
import { keyOf } from '../../analysis/subject.ts'
import type { Params } from '../../results/cell.ts'
import type { Comparison, Estimate, MetricInfo, Results, ScenarioInfo } from '../../results/results.ts'
import type { StrategyInfo } from '../../results/strategy-info.ts'
import { namesWinner } from '../words/phrases.ts'
import { byFamily } from './families.ts'
import { type LoadKind, loadKindOf, pointText, tailOf } from './load-kind.ts'

/** Everything that was measured under one scenario with one set of parameters: only that may be compared. */
export interface Group {
  /** `verify`, `verify-connections-64`: usable in file names. */
  readonly id: string
  readonly title: string
  readonly scenario: ScenarioInfo
  readonly params: Params
  readonly kind: LoadKind
  /** The metric that the group is read for first; null where it was not measured. */
  readonly primary: MetricInfo | null
  readonly strategies: readonly StrategyInfo[]
  readonly metrics: readonly MetricInfo[]
  readonly baseline: StrategyInfo | null
  /** False: no winner is named here, so nothing may be sorted by how good it is. */
  readonly judged: boolean
  /** Whether times of the strategy were judged against anything: that takes enough rounds in common. */
  isJudged(strategy: string): boolean
  /** All of the group, as stored. */
  readonly comparisons: readonly Comparison[]
  estimate(strategy: string, metric: string): Estimate | null
  /** `strategy` against `baseline`; a stored comparison in the other direction is turned round. */
  comparison(strategy: string, baseline: string, metric: string): Comparison | null
  readonly spectra: Results['spectra']
  readonly rounds: Results['rounds']
}

interface Place {
  readonly scenario: string
  readonly params: Params
}

/** Usable in file names. */
export function slugOf(scenario: string, params: Params): string {
  const words = [scenario, ...Object.entries(params).flat()].map(String).join('-')
  return words.toLowerCase().replace(/[^a-z0-9]+/g, '-')
}

function titleOf(scenario: ScenarioInfo, kind: LoadKind, params: Params): string {
  const words = pointText(kind, params)
  return words === '' ? scenario.title : `${scenario.title} (${words})`
}

/** In the order in which the run lists them; strategies too, many of them by family. */
export function groupsOf(results: Results): readonly Group[] {
  const byPlace = <T extends Place>(items: readonly T[]) => Map.groupBy(items, keyOf)
  const summary = byPlace(results.summary)
  const compared = byPlace(results.comparisons)
  const spectra = byPlace(results.spectra)
  const rounds = byPlace(results.rounds)
  const ids = new Set<string>()
  return [...summary].flatMap(([key, summaries]): readonly Group[] => {
    const [place] = summaries
    if (place === undefined) return []
    const { scenario, params } = place
    const cell = (...ids: readonly string[]) => JSON.stringify(ids)
    const estimates = new Map(summaries.map((each) => [cell(each.strategy, each.metric), each.estimate]))
    const comparisons = new Map(
      (compared.get(key) ?? []).map((each) => [cell(each.strategy, each.baseline, each.metric), each]),
    )
    const strategies = byFamily(
      results.strategies.filter(({ id }) => summaries.some(({ strategy }) => strategy === id)),
    )
    const info = results.scenarios.find(({ id }) => id === scenario) ?? {
      id: scenario,
      title: scenario,
      question: '',
      model: 'closed' as const,
      compared: true,
    }
    const slug = slugOf(scenario, params)
    const id = ids.has(slug) ? `${slug}-${ids.size}` : slug
    ids.add(id)
    // Counts, and times that are zero on both sides, are equal or not after any number of rounds: they have no p.
    const judged = new Set(
      (compared.get(key) ?? [])
        .filter(({ p, verdict }) => p !== null && verdict !== 'not judged')
        .flatMap(({ strategy, baseline }) => [strategy, baseline]),
    )
    const kind = loadKindOf(
      info,
      summaries.map(({ metric }) => metric),
    )
    const has = ({ id }: StrategyInfo, metric: string) => estimates.has(cell(id, metric))
    const primary =
      kind === 'closed' ? 'cpu.server' : kind === 'search' ? 'slo.rate' : tailOf(strategies, has)
    const group: Group = {
      id,
      title: titleOf(info, kind, params),
      scenario: info,
      params,
      kind,
      primary: results.metrics.find(({ id }) => id === primary) ?? null,
      strategies,
      metrics: results.metrics.filter(({ id }) => summaries.some(({ metric }) => metric === id)),
      baseline: strategies.find(({ state }) => state === 'none') ?? null,
      judged: namesWinner(results) && judged.size > 0,
      isJudged: (strategy) => judged.has(strategy),
      comparisons: compared.get(key) ?? [],
      estimate: (strategy, metric) => estimates.get(cell(strategy, metric)) ?? null,
      comparison(strategy, baseline, metric) {
        const stored = comparisons.get(cell(strategy, baseline, metric))
        if (stored !== undefined) return stored
        const reverse = comparisons.get(cell(baseline, strategy, metric))
        return reverse === undefined ? null : opposite(reverse)
      },
      spectra: spectra.get(key) ?? [],
      rounds: rounds.get(key) ?? [],
    }
    return [group]
  })
}

/** Of a scenario that goes through worlds its first point only: sections of their own tell the others. */
export const firstWorlds = (groups: readonly Group[]): readonly Group[] =>
  groups.filter(
    (group) =>
      group.scenario.worlds !== true ||
      groups.find(({ scenario }) => scenario.id === group.scenario.id) === group,
  )

/** The strategies that are compared with the baseline, in the order of the run. */
export const subjectsOf = (group: Group): readonly StrategyInfo[] =>
  group.strategies.filter(({ id }) => id !== group.baseline?.id)

/** What the strategy adds to the baseline. */
export const againstBaseline = (group: Group, strategy: string, metric: string): Comparison | null =>
  group.baseline === null ? null : group.comparison(strategy, group.baseline.id, metric)

/**
 * Best first where the group was judged, else in the order of the run; where there are many, inside of each family. Strategies
 * without a value or a judgement come last, in the order of the run.
 */
export function ranked(
  group: Group,
  strategies: readonly StrategyInfo[],
  badness: (strategy: StrategyInfo) => number | undefined,
): readonly StrategyInfo[] {
  if (!group.judged) return strategies
  const key = (strategy: StrategyInfo) =>
    (group.isJudged(strategy.id) ? badness(strategy) : undefined) ?? Number.POSITIVE_INFINITY
  return byFamily(strategies.toSorted((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0)))
}
