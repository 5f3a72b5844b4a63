import type { Change } from '../results/change.ts'
import type { RunVerdict } from '../results/results.ts'
import { walshAveragesToDrop } from '../stats/signed-rank.ts'
import { GATE_CONFIDENCE } from './changes.ts'

export type GateVerdict = 'pass' | 'regression' | 'inconclusive'

/** Of everything that can fail the run; where there is nothing, nothing has passed. */
export function verdictOf(changes: readonly Change[]): GateVerdict {
  const gating = changes.filter((change) => change.gating)
  const some = (verdict: Change['verdict']) => gating.some((change) => change.verdict === verdict)
  if (some('regression')) return 'regression'
  return gating.length === 0 || some('inconclusive') ? 'inconclusive' : 'pass'
}

/**
 * Exit code of a run, or a comparison of runs: 1 for a regression, 3 where the measurement cannot be trusted or a gate stayed open. In a run that
 * cannot be trusted only counts are judged, and a count that changed has changed.
 */
export function gateExitCode(changes: readonly Change[], validity: RunVerdict): 0 | 1 | 3 {
  const verdict = verdictOf(changes)
  if (verdict === 'regression') return 1
  return verdict === 'pass' && validity === 'ok' ? 0 : 3
}

/**
 * Whether the one declared extension of a run is worth its time: the verdict is open only because intervals, of a change or of the A/A
 * control, are too wide, and twice the rounds are enough for one. Counted metrics and zeros stay what they are.
 */
export function needsMoreRounds(changes: readonly Change[], rounds: number): boolean {
  return (
    walshAveragesToDrop(2 * rounds, GATE_CONFIDENCE) !== null &&
    verdictOf(changes) === 'inconclusive' &&
    changes.some(
      ({ gating, exact, verdict, ratio }) => gating && !exact && verdict === 'inconclusive' && ratio !== null,
    )
  )
}
