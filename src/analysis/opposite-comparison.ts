import type { Comparison, Estimate } from '../results/results.ts'

const turned = (estimate: Estimate, turn: (bound: number) => number): Estimate => ({
  value: turn(estimate.value),
  low: estimate.high === null ? null : turn(estimate.high),
  high: estimate.low === null ? null : turn(estimate.low),
  rounds: estimate.rounds,
})

const VERDICTS: Partial<Readonly<Record<Comparison['verdict'], Comparison['verdict']>>> = {
  better: 'worse',
  worse: 'better',
}

/** The same comparison, read from the baseline's side. */
export function opposite(comparison: Comparison): Comparison {
  const { strategy, baseline, verdict, ratio, difference } = comparison
  return {
    ...comparison,
    strategy: baseline,
    baseline: strategy,
    ratio: ratio === null ? null : turned(ratio, (bound) => 1 / bound),
    difference: turned(difference, (bound) => 0 - bound),
    verdict: VERDICTS[verdict] ?? verdict,
  }
}
