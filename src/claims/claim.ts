import type { Measured } from '../analysis/measured.ts'
import type { ClaimResult } from '../results/results.ts'

/** One assertion of the article "Hype Driven Development: JWT", or of those who answer it. */
export interface Claim {
  readonly id: string
  /** One sentence. */
  readonly text: string
  judge(results: Measured): Omit<ClaimResult, 'id' | 'text'>
}

export function notMeasured(why: string, evidence: readonly string[] = []): ReturnType<Claim['judge']> {
  return { verdict: 'not measured', why, evidence: [...evidence] }
}
