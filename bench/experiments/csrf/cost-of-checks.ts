import type { FastifyReply, FastifyRequest } from 'fastify'
import { refuseCrossSite } from '../../../servers/http/cross-site.ts'
import type { CsrfObservation } from '../../../src/experiments/csrf/observation.ts'
import { csrfToken, isCsrfToken } from './victim-app.ts'

/** As many as keep one block in the range of milliseconds. */
const CALLS = 5000
const WARM_UP_BLOCKS = 10

const REQUEST = {
  headers: {
    host: 'app.victim.localhost',
    origin: 'http://app.victim.localhost',
    'sec-fetch-site': 'same-origin',
    cookie: '__Host-session=x',
  },
} as unknown as FastifyRequest
const REPLY = {} as FastifyReply
const SESSION = 'x'.repeat(43)
const TOKEN = csrfToken(SESSION)

const CHECKS = {
  'origin check': async () => (await refuseCrossSite(REQUEST, REPLY)) === undefined,
  'csrf token': async () => isCsrfToken(TOKEN, SESSION),
}

async function block(check: () => Promise<boolean>): Promise<number> {
  let passed = 0
  const start = process.hrtime.bigint()
  for (let call = 0; call < CALLS; call += 1) if (await check()) passed += 1
  const nanoseconds = Number(process.hrtime.bigint() - start)
  if (passed !== CALLS) throw new Error('a check refused a good request')
  return nanoseconds / CALLS
}

/** The two in turn, so that what disturbs the machine disturbs both. */
export async function costOfChecks(blocks: number): Promise<readonly CsrfObservation[]> {
  const observations: CsrfObservation[] = []
  for (let index = -WARM_UP_BLOCKS; index < blocks; index += 1) {
    for (const check of ['origin check', 'csrf token'] as const) {
      const nsPerRequest = await block(CHECKS[check])
      if (index >= 0) observations.push({ kind: 'cost', check, nsPerRequest })
    }
  }
  return observations
}
