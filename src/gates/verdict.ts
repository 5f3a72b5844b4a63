import type { Change } from './change.ts'

export type GateVerdict = 'pass' | 'regression' | 'inconclusive'

/** Of everything that can fail the run; where there is nothing, nothing has passed. */
export function verdictOf(changes: readonly Change[]): GateVerdict {
  const gating = changes.filter((change) => change.gating)
  const some = (verdict: Change['verdict']) => gating.some((change) => change.verdict === verdict)
  if (some('regression')) return 'regression'
  return gating.length === 0 || some('inconclusive') ? 'inconclusive' : 'pass'
}

/**
 * Whether the one declared extension of a run is worth its time: the verdict is open only because intervals, of a change or of the A/A
 * control, are too wide. Counted metrics and zeros stay what they are.
 */
export function needsMoreRounds(changes: readonly Change[]): boolean {
  return (
    verdictOf(changes) === 'inconclusive' &&
    changes.some(
      ({ gating, exact, verdict, ratio }) => gating && !exact && verdict === 'inconclusive' && ratio !== null,
    )
  )
}
