import { CHECKLIST } from '../checklist/items.ts'
import { type ConformanceRow, conformanceRow } from '../checklist/rows.ts'
import type { StrategyInfo } from '../results/strategy-info.ts'

const applies = ({ state, family, refreshes, needs }: StrategyInfo, item: string): boolean => {
  const isToken = state === 'stateless' || state === 'hybrid'
  const rules: Readonly<Record<string, boolean>> = {
    J: isToken,
    E: false,
    S: state !== 'none' && state !== 'unknown',
    C: true,
    R: refreshes,
    A: family !== 'baseline' && (item === 'A02' || needs.length > 0),
  }
  return rules[item.slice(0, 1)] ?? false
}

/**
 * Every strategy held to what concerns it, with the exceptions that it declares.
 * @param broken `strategy item` of those that fail without having declared it
 */
export function fakeConformance(
  strategies: readonly StrategyInfo[],
  broken: readonly string[] = [],
): readonly ConformanceRow[] {
  return strategies.flatMap((strategy) =>
    CHECKLIST.filter(({ id }) => applies(strategy, id)).map(({ id }) => {
      const exception = strategy.exceptions[id]
      const failing = [
        ...(exception?.cases ?? []),
        ...(broken.includes(`${strategy.id} ${id}`) ? ['answers'] : []),
      ]
      const failures = failing.map((name) => ({ name, message: 'expected 401, got 200', isVerdict: true }))
      return conformanceRow(strategy.id, id, failures, exception)
    }),
  )
}
