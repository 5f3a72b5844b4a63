import { generateKeyPair } from 'node:crypto'
import { promisify } from 'node:util'
import { CompactSign, calculateJwkThumbprint, importJWK, type JSONWebKeySet, type JWK } from 'jose'
import { publicJwk } from '../keys.ts'
import { ACCESS_TOKEN_TYPE } from '../token-claims.ts'

const ALGORITHM = 'RS256'
const RSA_BITS = 2048

/** How long a resource server may go by what it fetched, and so how long a key that is withdrawn at once may live on. */
export const KEYS_MAX_AGE_SECONDS = 300

export interface SigningKeys {
  /** With the newest key, whose name the header says. */
  sign(claims: Readonly<Record<string, unknown>>): Promise<string>
  /** Public halves only: of the newest key, and of earlier ones as long as a token that they signed may live. */
  published(): JSONWebKeySet
  rotate(): Promise<void>
}

/** @throws AuthbenchError `WEAK_KEY` */
export async function signingKeys(
  first: JWK,
  { now, ttlSeconds }: { readonly now: () => number; readonly ttlSeconds: number },
): Promise<SigningKeys> {
  let newest = await openKey(first)
  let retired: readonly { readonly publicKey: JWK; readonly until: number }[] = []
  const encoder = new TextEncoder()

  return {
    sign: (claims) =>
      new CompactSign(encoder.encode(JSON.stringify(claims)))
        .setProtectedHeader({ alg: ALGORITHM, typ: ACCESS_TOKEN_TYPE, kid: newest.kid })
        .sign(newest.privateKey),
    published() {
      retired = retired.filter(({ until }) => until > now())
      return { keys: [newest.publicKey, ...retired.map(({ publicKey }) => publicKey)] }
    },
    async rotate() {
      const next = await openKey(await newKey())
      retired = [{ publicKey: newest.publicKey, until: now() + 1000 * ttlSeconds }, ...retired]
      newest = next
    },
  }
}

/** Named by its thumbprint (RFC 7638), so that one name never means two keys. */
async function openKey(jwk: JWK) {
  const bare = publicJwk(jwk)
  const kid = await calculateJwkThumbprint(bare)
  return {
    kid,
    publicKey: { ...bare, kid, alg: ALGORITHM, use: 'sig' },
    privateKey: await importJWK(jwk, ALGORITHM),
  }
}

async function newKey(): Promise<JWK> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: RSA_BITS })
  return privateKey.export({ format: 'jwk' }) as JWK
}
