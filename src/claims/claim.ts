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

/** What nobody chooses an architecture for: a request that takes a twentieth longer, a server that is a twentieth cheaper. */
export const SMALL_GAIN = 0.05

/** What one case says about the claim; open: an interval on both sides of the limit, or a pair that was not judged. */
export type Decision = 'holds' | 'fails' | 'open'

/** Supported or refuted by cases that are all decided; an open one leaves the verdict open unless the others differ. */
export function verdictOf(cases: readonly Decision[]): ClaimResult['verdict'] {
  const [holds, fails, open] = (['holds', 'fails', 'open'] as const).map((each) => cases.includes(each))
  if (holds && fails) return 'depends'
  if (cases.length === 0) return 'not measured'
  if (open) return 'open'
  return holds ? 'supported' : 'refuted'
}

export function notMeasured(why: string, evidence: readonly string[] = []): ReturnType<Claim['judge']> {
  return { verdict: 'not measured', why, evidence: [...evidence] }
}
