import type { ClaimResult, MeasuredResults } from '../results/results.ts'
import { accessTokenLife } from './access-token-life.ts'
import { blacklist } from './blacklist.ts'
import type { Claim } from './claim.ts'
import { cookiesAndCsrf } from './csrf.ts'
import { forgedSubject, standardIssues } from './forgery.ts'
import { databaseAnyway, moreWork } from './handler-work.ts'
import { leakedWithoutExpiry } from './leak.ts'
import { accessTokenOutlives, revocation } from './revocation.ts'
import { size } from './size.ts'
import { sizeFelt } from './size-felt.ts'
import { speed } from './speed.ts'
import { store } from './store.ts'
import { transportIsNeutral } from './transport.ts'
import { splitApis, stickySessions } from './untested.ts'

/** In the order of reports: what can be measured first. */
export const CLAIMS: readonly Claim[] = [
  revocation,
  blacklist,
  size,
  sizeFelt,
  transportIsNeutral,
  store,
  speed,
  databaseAnyway,
  moreWork,
  accessTokenLife,
  accessTokenOutlives,
  splitApis,
  stickySessions,
  cookiesAndCsrf,
  forgedSubject,
  standardIssues,
  leakedWithoutExpiry,
]

export const judgeClaims = (results: MeasuredResults): ClaimResult[] =>
  CLAIMS.map(({ id, text, judge }) => ({ id, text, ...judge(results) }))
