import type { AuthStrategy, Identity } from '../contract.ts'
import { isCanonicalBase64url } from '../tokens/claims.ts'
import { encryptionSecret } from '../tokens/keys.ts'
import { STATELESS_TOKEN } from '../tokens/stateless-token.ts'

/** 24 bytes of XSalsa20: no unused bits at the end. */
const NONCE_LENGTH = 32

interface Session extends Identity {
  /** Seconds since the epoch. */
  readonly exp: number
}

/**
 * The session itself, encrypted and authenticated (XSalsa20-Poly1305), is the cookie. The plug-in's hooks are left
 * out, so that the credential travels like any other; what it seals and opens is the same. Its own spelling, base64
 * with a semicolon inside, cannot stand in a cookie as it is.
 */
export const cookieSealed = {
  title: 'Sealed cookie (secure-session)',
  summary:
    'The session encrypted into the cookie, with nothing kept on the server; valid until it expires, whatever happens.',
  ...STATELESS_TOKEN,
  exceptions: {
    ...STATELESS_TOKEN.exceptions,
    J10: {
      reason: 'a sealed session says when it ends, not when it begins',
      cases: ['rejects a token from the future'],
    },
    J11: {
      reason: 'a sealed session names no issuer and no audience: its key may have one use only',
      cases: ['rejects a token whose issuer or audience is wrong or missing'],
    },
    J12: {
      reason: 'a sealed session has no type: its key may have one use only',
      cases: ['rejects a token of another type'],
    },
    J13: {
      reason: 'a sealed session names its subject only: no client, no time of issue, no id',
      cases: ['rejects a token without a client, a time of issue or an id'],
    },
  },
  library: '@fastify/secure-session',
  async open({ now, ttlSeconds, keys, token }) {
    // Loaded by the servers that use it, not by every one.
    const [{ fastify }, { default: secureSession }] = await Promise.all([
      import('fastify'),
      import('@fastify/secure-session'),
    ])
    const sealer = fastify()
    // Its expiry runs on the system's clock and from a time that every change moves; `exp` is the one that counts.
    await sealer.register(secureSession, { key: encryptionSecret(keys.A256GCM), expiry: Infinity })
    await sealer.ready()

    function open(credential: string): unknown {
      try {
        return sealer.decodeSecureSession(credential.replace('.', ';'))?.data() ?? null
      } catch (error) {
        // What was sealed with the right key and is no JSON object.
        if (error instanceof SyntaxError || error instanceof TypeError) return null
        throw error
      }
    }

    return {
      issue(subject) {
        const exp = Math.floor(now() / 1000) + ttlSeconds
        const session: Session = { sub: subject, claims: token.claims, exp }
        const sealed = sealer.encodeSecureSession(sealer.createSecureSession({ ...session }))
        return sealed.replaceAll('=', '').replaceAll('+', '-').replaceAll('/', '_').replace(';', '.')
      },
      verify(credential) {
        if (credential === undefined || !isCanonical(credential)) return null
        const session = open(credential)
        if (!isSession(session) || session.exp <= now() / 1000) return null
        return { sub: session.sub, claims: session.claims }
      },
      revoke() {},
      close: () => sealer.close(),
    }
  },
} satisfies Omit<AuthStrategy, 'id'>

/** One spelling only: ciphertext, a point, the nonce. */
function isCanonical(credential: string): boolean {
  const [sealed = '', nonce, ...more] = credential.split('.', 3)
  return (
    more.length === 0 &&
    nonce?.length === NONCE_LENGTH &&
    isCanonicalBase64url(nonce) &&
    isCanonicalBase64url(sealed)
  )
}

function isSession(value: unknown): value is Session {
  if (typeof value !== 'object' || value === null) return false
  const { sub, claims, exp }: Partial<Record<keyof Session, unknown>> = value
  return typeof sub === 'string' && typeof claims === 'object' && claims !== null && Number.isFinite(exp)
}
