import type { Results } from '../results.ts'

/** Everything that claims and findings are judged by. */
export type Measured = Omit<Results, 'claims' | 'findings' | 'micro'>
