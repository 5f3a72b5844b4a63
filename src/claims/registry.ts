import { MINIMUM_ROUNDS } from '../results/minimum-rounds.ts'
import type { ClaimResult, MeasuredResults } from '../results/results.ts'
import { accessTokenLife } from './access-token-life.ts'
import { anotherServerVerifies, identifiedWithoutState } from './another-server.ts'
import { blacklist } from './blacklist.ts'
import type { Claim } from './claim.ts'
import { cookiesAndCsrf } from './csrf.ts'
import { forgedSubject, standardIssues } from './forgery.ts'
import { databaseAnyway, moreWork } from './handler-work.ts'
import { leakedWithoutExpiry } from './leak.ts'
import { refreshErgonomics } from './refresh-ergonomics.ts'
import { accessTokenOutlives, revocation } from './revocation.ts'
import { size } from './size.ts'
import { sizeFelt } from './size-felt.ts'
import { speed } from './speed.ts'
import { splitApis } from './split-apis.ts'
import { stickySessions } from './sticky-sessions.ts'
import { store } from './store.ts'
import { transportIsNeutral } from './transport.ts'

/** In the order of the article; what those say who answer it comes last. */
export const CLAIMS: readonly Claim[] = [
  identifiedWithoutState,
  forgedSubject,
  anotherServerVerifies,
  standardIssues,
  transportIsNeutral,
  cookiesAndCsrf,
  size,
  sizeFelt,
  revocation,
  blacklist,
  store,
  databaseAnyway,
  leakedWithoutExpiry,
  accessTokenLife,
  refreshErgonomics,
  accessTokenOutlives,
  splitApis,
  stickySessions,
  moreWork,
  speed,
]

/** Of strategies that were loaded, and of those that only experiments started. */
export function judgeClaims(results: MeasuredResults): ClaimResult[] {
  const all = { ...results, strategies: [...results.strategies, ...(results.tried ?? [])] }
  const tried = (results.experiments ?? []).map(({ id }) => id)
  return CLAIMS.map(({ id, text, from, judge }) => {
    const result = { id, text, ...judge(all) }
    // Too few rounds have no intervals; experiments have theirs from trials.
    const hasNone = results.config.rounds < MINIMUM_ROUNDS && !from.some((each) => tried.includes(each))
    return result.verdict === 'open' && hasNone ? { ...result, verdict: 'not measured' } : result
  })
}
