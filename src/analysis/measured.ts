import type { Results } from '../results/results.ts'

/** Everything that claims and findings are judged by. */
export type Measured = Omit<Results, 'claims' | 'findings' | 'micro'>
