import { type Claim, notMeasured } from './claim.ts'

/** Claims for which there is no scenario yet; the report names them, so that nobody takes silence for agreement. */
function untested(id: string, text: string, why: string): Claim {
  return { id, text, judge: () => notMeasured(why) }
}

export const accessTokenLife = untested(
  'access-token-life',
  'An access token should live between 10 minutes and 4 hours, with a refresh token beside it.',
  'No scenario refreshes tokens. Measuring the refresh load and the time that a revoked token is still accepted, over lives from 1 minute to 24 hours, would show it.',
)

export const splitApis = untested(
  'split-apis',
  'A stateless core API beside a stateful authentication API keeps the core free of state.',
  'Every server here is one process that issues and verifies. Running the two apart, and stopping the authentication API and its store under load, would show it.',
)

export const stickySessions = untested(
  'sticky-sessions',
  'JWT is worth it once sticky sessions become a problem.',
  'One server process is measured at a time. Several instances behind a load balancer, with sessions in memory, sessions in Redis and tokens, while instances come and go, would show it.',
)

export const cookiesAndCsrf = untested(
  'cookies-csrf',
  'With cookies you need not care about cross-site request forgery.',
  'Load does not test it. Forged cross-site requests against each cookie setting, sent by a browser, would show it.',
)
