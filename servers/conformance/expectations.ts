import assert from 'node:assert/strict'
import type { Reply, Subject } from './subject.ts'

/** RFC 6750 section 3, and no word about the reason. */
export function assertRefused(reply: Reply, what: string): void {
  assertUnauthorized(reply, 'Bearer error="invalid_token"', what)
}

/** A request that carries no credential is told how to bring one, and no error code. */
export function assertChallenged(reply: Reply, what: string): void {
  assertUnauthorized(reply, 'Bearer', what)
}

function assertUnauthorized(reply: Reply, challenge: string, what: string): void {
  assert.equal(reply.status, 401, `${what}: status`)
  assert.equal(reply.headers['www-authenticate'], challenge, `${what}: challenge`)
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
