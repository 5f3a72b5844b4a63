// In this folder: claims of the article, one file for each group, with how a verdict is found.

import type { ClaimResult, MeasuredResults } from '../results/results.ts'

/** One assertion of the article "Hype Driven Development: JWT", or of those who answer it. */
export interface Claim {
  readonly id: string
  /** One sentence. */
  readonly text: string
  /** Scenarios and experiments that decide it. */
  readonly from: readonly string[]
  /** What would; anything between the two depends. */
  readonly supports: string
  readonly refutes: string
  judge(results: MeasuredResults): Omit<ClaimResult, 'id' | 'text'>
}

export function notMeasured(why: string, evidence: readonly string[] = []): ReturnType<Claim['judge']> {
  return { verdict: 'not measured', why, evidence: [...evidence] }
}
