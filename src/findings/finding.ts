import type { Measured } from '../analysis/measured.ts'
import type { Finding } from '../results.ts'

/** What a careful person would notice about a run, and what this user can do about it. */
export type Finder = (results: Measured) => readonly Finding[]

export const warning = (kind: string, sentence: string, advice: string | null): Finding => ({
  kind,
  severity: 'warning',
  sentence,
  advice,
})

export const info = (kind: string, sentence: string, advice: string | null): Finding => ({
  kind,
  severity: 'info',
  sentence,
  advice,
})
