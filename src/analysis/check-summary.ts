import type { Cell, Check } from '../results/cell.ts'
import type { Results } from '../results/results.ts'
import type { StrategyInfo } from '../results/strategy-info.ts'

type CheckSummary = Results['validity']['checks'][number]
type Measured = Exclude<Cell, { state: 'failed' }>

/** More strategies with the same outcome are one row: then the machine is the cause, not the strategy. */
const ROWS_PER_CHECK = 3
/** Reports mark the throughput of each strategy that one of these names. */
const OF_STRATEGIES: ReadonlySet<string> = new Set(['generator', 'saturation'])
const OUTCOMES = ['invalid', 'warn', 'unknown', 'ok'] as const

/** For most checks a larger value is worse; for some, such as saturation, a smaller one. */
function badness({ value, warnLimit, invalidLimit, outcome }: Check): number {
  const limit = warnLimit ?? invalidLimit
  if (value === null || limit === null) return 0
  return value >= limit === (outcome === 'ok') ? -value : value
}

const worst = <Item extends { readonly check: Check }>(items: readonly Item[]): Item | undefined =>
  items.reduce<Item | undefined>(
    (found, item) => (found === undefined || badness(item.check) > badness(found.check) ? item : found),
    undefined,
  )

function rows(
  scenario: string,
  outcome: Check['outcome'],
  seen: readonly { readonly check: Check; readonly strategy: string }[],
  strategies: readonly StrategyInfo[],
): CheckSummary[] {
  const names = strategies.map(({ id }) => id).filter((id) => seen.some(({ strategy }) => strategy === id))
  const together =
    outcome === 'ok' ||
    outcome === 'unknown' ||
    (names.length > ROWS_PER_CHECK && !OF_STRATEGIES.has(seen[0]?.check.id ?? ''))
  const groups = together ? [seen] : names.map((id) => seen.filter(({ strategy }) => strategy === id))
  return groups.flatMap((group) => {
    const example = worst(group)
    if (example === undefined) return []
    const title = strategies.find(({ id }) => id === example.strategy)?.title ?? example.strategy
    const named = together && names.length > 1 && new Set(group.map(({ check }) => check.value)).size > 1
    return [
      {
        ...example.check,
        strategy: together && names.length > 1 ? null : example.strategy,
        scenario,
        cells: group.length,
        sentence: named
          ? `${names.length} of ${strategies.length} strategies. The worst is ${title}: ${example.check.sentence}`
          : example.check.sentence,
      },
    ]
  })
}

/**
 * The worst of each check and strategy; checks that passed, and those that almost all failed, in one row each. Of a cell that
 * is part of no number only what made it invalid counts.
 */
export function summariseChecks(
  cells: readonly Cell[],
  scenarios: readonly string[],
  strategies: readonly StrategyInfo[],
): CheckSummary[] {
  const byStrategy = Map.groupBy(
    cells.filter((cell): cell is Measured => cell.state === 'completed' || cell.state === 'invalid'),
    ({ strategy }) => strategy,
  )
  const measured = strategies.flatMap(({ id }) =>
    (byStrategy.get(id) ?? []).toSorted((a, b) => a.round - b.round || a.position - b.position),
  )
  return scenarios.flatMap((scenario) => {
    const seen = measured
      .filter((cell) => cell.scenario === scenario)
      .flatMap(({ strategy, checks, state }) =>
        checks
          .filter(({ outcome }) => state === 'completed' || outcome === 'invalid')
          .map((check) => ({ check, strategy })),
      )
    const byId = Map.groupBy(seen, ({ check }) => check.id)
    return [...byId.values()].flatMap((ofCheck) =>
      OUTCOMES.flatMap((outcome) =>
        rows(
          scenario,
          outcome,
          ofCheck.filter(({ check }) => check.outcome === outcome),
          strategies,
        ),
      ),
    )
  })
}
