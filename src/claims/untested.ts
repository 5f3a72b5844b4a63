import { type Claim, notMeasured } from './claim.ts'

/** Claims for which there is no scenario yet; the report names them, so that nobody takes silence for agreement. */
function untested(id: string, text: string, why: string): Claim {
  return { id, text, judge: () => notMeasured(why) }
}

export const accessTokenLife = untested(
  'access-token-life',
  'An access token should live between 10 minutes and 4 hours, with a refresh token beside it.',
  'The scenario refresh shows what one refresh costs. How many there are, and how long a revoked token is still accepted, over lives from 1 minute to 24 hours, is not measured yet.',
)

export const splitApis = untested(
  'split-apis',
  'A stateless core API beside a stateful authentication API keeps the core free of state.',
  'jwt-jwks runs the two apart, and its cost is measured. Stopping the authentication API and its store under load, and watching who is still served, would show the rest.',
)

export const stickySessions = untested(
  'sticky-sessions',
  'JWT is worth it once sticky sessions become a problem.',
  'One server process is measured at a time. Several instances behind a load balancer, with sessions in memory, sessions in Redis and tokens, while instances come and go, would show it.',
)
