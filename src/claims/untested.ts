import { type Claim, notMeasured } from './claim.ts'

/** Claims for which there is no scenario yet; the report names them, so that nobody takes silence for agreement. */
function untested(id: string, text: string, why: string): Claim {
  return { id, text, judge: () => notMeasured(why) }
}

export const stickySessions = untested(
  'sticky-sessions',
  'JWT is worth it once sticky sessions become a problem.',
  'One server process is measured at a time. Several instances behind a load balancer, with sessions in memory, sessions in Redis and tokens, while instances come and go, would show it.',
)
