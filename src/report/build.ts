import type { Results } from '../results.ts'
import type { Report, SectionBuilder } from './model.ts'
import { changeDetailsSection } from './sections/change-details.ts'
import { changesSection } from './sections/changes.ts'
import { chartsSection } from './sections/charts.ts'
import { claimsSection } from './sections/claims.ts'
import { decisionSection } from './sections/decision.ts'
import { detailsSection } from './sections/details.ts'
import { differencesSection } from './sections/differences.ts'
import { headlineSection } from './sections/headline.ts'
import { methodSection } from './sections/method.ts'
import { noiseSection } from './sections/noise.ts'

/** In reading order: the answer first, the fine print last. */
const SECTIONS: readonly SectionBuilder[] = [
  changesSection,
  headlineSection,
  decisionSection,
  claimsSection,
  noiseSection,
  chartsSection,
  differencesSection,
  changeDetailsSection,
  detailsSection,
  methodSection,
]

export function buildReport(results: Results): Report {
  return {
    title: 'JWT or sessions? What authentication costs, measured',
    sections: SECTIONS.map((build) => build(results)).filter((section) => section !== null),
  }
}
