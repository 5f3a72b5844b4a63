import type { Difference } from '../../gates/run-differences.ts'
import type { Change } from '../../results/change.ts'
import type { Results } from '../../results/results.ts'

/** What changed between two sides, and who they are. */
export interface ChangeReport {
  readonly changes: readonly Change[]
  /** Between two stored runs; empty inside one. */
  readonly differences: readonly Difference[]
  readonly paired: boolean
  readonly extended: boolean
  /** Commit or run, in words. */
  readonly base: string
  readonly head: string
  readonly strategies: Results['strategies']
  readonly metrics: Results['metrics']
}

const RANKS: readonly Change['verdict'][] = ['regression', 'inconclusive', 'pass', 'improvement']

export const strategyTitle = ({ strategies }: ChangeReport, { strategy }: Change) =>
  strategies.find(({ id }) => id === strategy)?.title ?? strategy
export const metricTitle = ({ metrics }: ChangeReport, { metric }: Change) =>
  metrics.find(({ id }) => id === metric)?.title ?? metric
/** `iso-load, load 0.5` */
export const pointText = ({ scenario, params }: Change) =>
  [scenario, ...Object.entries(params).map(([name, value]) => `${name} ${value}`)].join(', ')

export const hasSeveralPoints = ({ changes }: ChangeReport) => new Set(changes.map(pointText)).size > 1

/** What fails first, then by how far the change is beyond its limit. */
export function worstFirst(changes: readonly Change[]): readonly Change[] {
  const rank = ({ gating, verdict }: Change) => RANKS.indexOf(verdict) + (gating ? 0 : RANKS.length)
  const excess = ({ worse, limit }: Change) => (worse?.value ?? 1) / (1 + (limit ?? 0))
  return changes.toSorted((a, b) => rank(a) - rank(b) || excess(b) - excess(a))
}

/** Counts that must not change and did not are one sentence below the table, not rows of it. */
export const isRow = ({ exact, limit, verdict }: Change) => !(exact && limit === 0 && verdict === 'pass')

const commitText = (git: Results['run']['git'], otherwise: string): string =>
  git === null ? otherwise : `commit ${git.sha.slice(0, 12)}${git.dirty ? ' with local changes' : ''}`

const runText = ({ run }: Results): string => `run ${run.id}, ${commitText(run.git, 'no commit known')}`

/** Of one run that measured every strategy from two checkouts. */
export const reportWithin = (
  results: Results,
  changes: readonly Change[] = results.changes,
): ChangeReport => ({
  changes,
  differences: [],
  paired: true,
  extended: results.run.extended,
  base: commitText(results.run.base, 'the other checkout'),
  head: commitText(results.run.git, 'this checkout'),
  strategies: results.strategies,
  metrics: results.metrics,
})

/** Of two stored runs. */
export const reportBetween = (
  base: Results,
  head: Results,
  judged: Pick<ChangeReport, 'changes' | 'differences'>,
): ChangeReport => ({
  ...judged,
  paired: false,
  extended: false,
  base: runText(base),
  head: runText(head),
  strategies: head.strategies,
  metrics: head.metrics,
})
