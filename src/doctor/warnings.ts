import { formatCount } from '../units.ts'
import type { Facts } from './facts.ts'
import { diagnose } from './registry.ts'

/** Before a run; the rest is in its report. */
const MOST_LINES = 4

/** What speaks against measuring here, each in one line; what is worst first. */
export function warningsOf(facts: Facts): readonly string[] {
  const findings = diagnose(facts)
  return (['bad', 'warn'] as const).flatMap((wanted) =>
    findings.filter(({ state }) => state === wanted).map(({ title, says }) => `${title}: ${says}`),
  )
}

/** A few lines for who starts a run. */
export function shortOf(warnings: readonly string[]): readonly string[] {
  if (warnings.length <= MOST_LINES) return warnings
  const shown = warnings.slice(0, MOST_LINES - 1)
  return [
    ...shown,
    `${formatCount(warnings.length - shown.length, 'more warning')}: npm run authbench -- doctor`,
  ]
}
