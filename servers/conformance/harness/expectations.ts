import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import type { Node, Subject } from './checked-server.ts'
import { measureDelay, TooLateError } from './own-delay.ts'
import type { Reply } from './raw-http.ts'

/** Longer promises are kept on the injected clock; shorter ones may be on the machine's. */
export const LONGEST_WAIT_MS = 6000
/** Up to here both clocks run alike: heartbeats are on the machine's, and what is old by the other would be a lie. */
const SAME_PACE_MS = 2000
const FAST_PACE = 10
/** For the answer itself, on a machine that does other things too. */
const SLACK_MS = 500
const POLL_MS = 20

/** RFC 6750 section 3, and no word about the reason. */
export function assertRefused(reply: Reply, what: string): void {
  assertUnauthorized(
    reply,
    ['Bearer error="invalid_token"', 'DPoP error="invalid_token", algs="ES256"'],
    what,
  )
}

/** The proof alone is what is wrong, as far as the client is told (RFC 9449 section 7.1). */
export function assertProofRefused(reply: Reply, what: string): void {
  assertUnauthorized(reply, ['DPoP error="invalid_dpop_proof", algs="ES256"'], what)
}

/** A request that carries no credential is told how to bring one, and no error code. */
export function assertChallenged(reply: Reply, what: string): void {
  assertUnauthorized(reply, ['Bearer', 'DPoP algs="ES256"'], what)
}

function assertUnauthorized(reply: Reply, challenges: readonly string[], what: string): void {
  assert.equal(reply.status, 401, `${what}: status`)
  const challenge = String(reply.headers['www-authenticate'])
  assert.ok(challenges.includes(challenge), `${what}: challenge ${challenge}`)
  assert.equal(reply.body, '{"error":"unauthorized"}', `${what}: body`)
}

export function assertAccepted(reply: Reply, user: string, what: string): void {
  assert.equal(reply.status, 200, `${what}: status`)
  assert.equal(JSON.parse(reply.body).sub, user, `${what}: subject`)
}

/** Refused, all of them, and the server still accepts what it should. */
export async function assertAllRefused(
  subject: Subject,
  credentials: Iterable<readonly [what: string, credential: string]>,
): Promise<void> {
  const own = await subject.login()
  for (const [what, credential] of credentials) assertRefused(await subject.me(credential), what)
  assert.equal((await subject.me(own)).status, 200, 'an own credential is still accepted')
}

/** Refused as soon after an acknowledged logout as the strategy declares. */
export async function assertRefusedInTime(node: Node, credential: string, what: string): Promise<void> {
  const { revocation } = node.strategy
  if (revocation.effect !== 'within') return assertRefused(await node.me(credential), what)
  if (revocation.ms > LONGEST_WAIT_MS) {
    node.tick(revocation.ms / 1000)
    return assertRefused(await node.me(credential), `${what}, ${revocation.ms} ms later`)
  }
  await until(node, revocation.ms, SLACK_MS, async () => {
    const reply = await node.me(credential)
    if (reply.status !== 200) assertRefused(reply, what)
    return reply.status === 401 ? null : `${what}: still ${reply.status} ${revocation.ms} ms later`
  })
}

/**
 * Asks again until there is nothing to complain about. Real time passes, and on the injected clock as much or more: which of
 * the two a cache goes by is its own affair.
 */
export async function until(
  node: Node,
  limitMs: number,
  slackMs: number,
  complaint: () => Promise<string | null>,
): Promise<void> {
  const pace = limitMs > SAME_PACE_MS ? FAST_PACE : 1
  const deadline = performance.now() + limitMs + slackMs
  using meter = measureDelay()
  for (;;) {
    const startedAt = performance.now()
    const message = await complaint()
    if (message === null) return
    // What the machine did not let run is no time of the strategy's.
    if (startedAt >= deadline + meter.lateMs()) throw new TooLateError({ message })
    await delay(POLL_MS, undefined, { signal: node.environment.signal })
    node.tick((pace * (performance.now() - startedAt)) / 1000)
  }
}
