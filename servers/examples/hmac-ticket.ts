/**
 * A strategy of your own: `npm run authbench -- run --strategy servers/examples/hmac-ticket.ts`.
 *
 * The smallest thing that is still sound: the subject and the second of expiry, under an HMAC. No header, no algorithm to choose, nothing
 * to parse before the signature holds. Copy it, keep the import of the types, and change what is inside.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { AuthStrategy } from '../contract.ts'

const strategy: AuthStrategy = {
  id: 'hmac-ticket',
  title: 'HMAC ticket (node:crypto)',
  summary:
    'Subject and expiry under an HMAC-SHA256, checked with node:crypto: a token without JSON Web Token.',
  state: 'stateless',
  family: 'token',
  revocation: { effect: 'at-expiry' },
  needs: [],
  stores: null,
  roundTrips: 0,
  cache: null,
  refreshes: false,
  library: null,
  // Items of the security checklist that it fails by design, with the reason and the cases, as `authbench conformance` names them.
  exceptions: {
    S05: {
      reason: 'nothing is kept that a logout could delete: the ticket is accepted until it expires',
      cases: ['refuses a credential after logout, as soon as it declares'],
    },
    S06: {
      reason:
        'nothing is kept that a logout everywhere could delete: every ticket is accepted until it expires',
      cases: ['ends every credential of the subject at a logout everywhere, and none of others'],
    },
  },
  async open({ keys, now, ttlSeconds, token }) {
    const secret = Buffer.from(keys.HS256.k ?? '', 'base64url')
    // Too short, or a buffer that nobody filled.
    if (secret.length < 32 || secret.every((byte) => byte === secret[0])) {
      throw Object.assign(new Error('the secret is too weak'), { code: 'WEAK_KEY' })
    }
    const sign = (ticket: string) => createHmac('sha256', secret).update(ticket).digest('base64url')
    return {
      issue(subject) {
        const expires = Math.floor(now() / 1000) + ttlSeconds
        const salt = crypto.randomUUID()
        const ticket = `${Buffer.from(subject).toString('base64url')}.${expires}.${salt}`
        return `${ticket}.${sign(ticket)}`
      },
      verify(credential) {
        if (credential === undefined) return null
        const end = credential.lastIndexOf('.')
        const ticket = credential.slice(0, Math.max(end, 0))
        const expected = Buffer.from(sign(ticket))
        const presented = Buffer.from(credential.slice(end + 1))
        // As text: one signature has one spelling.
        if (presented.length !== expected.length || !timingSafeEqual(presented, expected)) return null
        const [subject = '', expires] = ticket.split('.')
        // Not `<=`: a comparison with what is no number is false.
        if (!(Number(expires) > now() / 1000)) return null
        return { sub: Buffer.from(subject, 'base64url').toString(), claims: token.claims }
      },
      revoke() {},
      close() {},
    }
  },
}

export default strategy
