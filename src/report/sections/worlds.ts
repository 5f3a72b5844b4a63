import type { Results } from '../../results/results.ts'
import type { Section } from '../model.ts'
import { blacklistSizeSection } from './blacklist-size.ts'
import { claimsSizeSection } from './claims-size.ts'
import { handlerWorkSection } from './handler-work.ts'
import { storeDistanceSection } from './store-distance.ts'

/** What a run says of other worlds, one section for each question. */
export const worldSections = (results: Results): readonly Section[] =>
  [storeDistanceSection, handlerWorkSection, claimsSizeSection, blacklistSizeSection].flatMap(
    (build) => build(results) ?? [],
  )
