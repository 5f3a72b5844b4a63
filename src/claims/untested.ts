import { type Claim, notMeasured } from './claim.ts'

/** Claims for which there is no scenario yet; the report names them, so that nobody takes silence for agreement. */
function untested(id: string, text: string, why: string): Claim {
  return { id, text, judge: () => notMeasured(why) }
}

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
