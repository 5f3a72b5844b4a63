import type { Results } from '../results/results.ts'
import type { Report, Section } from './model.ts'
import { adviceSection } from './sections/advice.ts'
import { changeDetailsSection } from './sections/change-details.ts'
import { changesSection } from './sections/changes.ts'
import { chartsSection } from './sections/charts.ts'
import { checklistSection } from './sections/checklist.ts'
import { claimsSection } from './sections/claims.ts'
import { cohortsSection } from './sections/cohorts.ts'
import { decisionSection } from './sections/decision.ts'
import { detailsSection } from './sections/details.ts'
import { differencesSection } from './sections/differences.ts'
import { experimentSections } from './sections/experiments.ts'
import { firstScreen } from './sections/first-screen.ts'
import { methodSection } from './sections/method.ts'
import { noiseSection } from './sections/noise.ts'
import { numbersSection } from './sections/numbers.ts'
import { stackSection } from './sections/stack.ts'
import { strategiesSection } from './sections/strategies.ts'
import { worldSections } from './sections/worlds.ts'

/** In reading order: the answer first, the fine print last. */
const SECTIONS: readonly ((results: Results) => Section | readonly Section[] | null)[] = [
  changesSection,
  firstScreen,
  adviceSection,
  numbersSection,
  decisionSection,
  claimsSection,
  worldSections,
  experimentSections,
  checklistSection,
  noiseSection,
  chartsSection,
  stackSection,
  differencesSection,
  changeDetailsSection,
  strategiesSection,
  cohortsSection,
  detailsSection,
  methodSection,
]

export function buildReport(results: Results): Report {
  return {
    title: 'JWT or sessions? What authentication costs, measured',
    sections: SECTIONS.flatMap((build) => build(results) ?? []),
  }
}
