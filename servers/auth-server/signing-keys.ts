import { generateKeyPair } from 'node:crypto'
import { promisify } from 'node:util'
import { CompactSign, calculateJwkThumbprint, importJWK, type JSONWebKeySet, type JWK } from 'jose'
import { ACCESS_TOKEN_TYPE } from '../tokens/claims.ts'
import { publicJwk } from '../tokens/keys.ts'

const ALGORITHM = 'RS256'
const RSA_BITS = 2048

/** How long a resource server may go by what it fetched before it asks again. */
export const KEYS_MAX_AGE_SECONDS = 300
/**
 * And how much longer while it cannot be told anything newer: an outage of an hour logs nobody out, and a key that is
 * withdrawn lives on no longer than that where the news of it is kept away.
 */
export const KEYS_STALE_SECONDS = 3600
/**
 * A key is published so long before it signs: by then every resource server that asks in time has it, and one whose
 * fetch failed or is cooling down has had a minute for others.
 */
export const PUBLISHED_AHEAD_SECONDS = KEYS_MAX_AGE_SECONDS + 60

export interface SigningKeys {
  /** With the key whose turn it is, and whose name the header says. */
  sign(claims: Readonly<Record<string, unknown>>): Promise<string>
  /** Public halves only: of the keys to come, of the one that signs, and of earlier ones as long as a token that they signed may live. */
  published(): JSONWebKeySet
  /** A new key, published at once; it takes over after `PUBLISHED_AHEAD_SECONDS`. */
  rotate(): Promise<void>
}

interface Successor {
  readonly key: Awaited<ReturnType<typeof openKey>>
  /** Milliseconds since the epoch. */
  readonly signsFrom: number
}

/** @throws AuthbenchError `WEAK_KEY` */
export async function signingKeys(
  first: JWK,
  { now, ttlSeconds }: { readonly now: () => number; readonly ttlSeconds: number },
): Promise<SigningKeys> {
  let signing = await openKey(first)
  /** In the order in which they take over. */
  let successors: readonly Successor[] = []
  let retired: readonly { readonly publicKey: JWK; readonly until: number }[] = []
  const encoder = new TextEncoder()

  /** What the time has come for. */
  function settle(): void {
    for (const { key, signsFrom } of successors) {
      if (signsFrom > now()) break
      retired = [{ publicKey: signing.publicKey, until: signsFrom + 1000 * ttlSeconds }, ...retired]
      signing = key
      successors = successors.slice(1)
    }
    retired = retired.filter(({ until }) => until > now())
  }

  return {
    sign(claims) {
      settle()
      return new CompactSign(encoder.encode(JSON.stringify(claims)))
        .setProtectedHeader({ alg: ALGORITHM, typ: ACCESS_TOKEN_TYPE, kid: signing.kid })
        .sign(signing.privateKey)
    },
    published() {
      settle()
      const upcoming = successors.map(({ key }) => key.publicKey)
      return { keys: [signing.publicKey, ...upcoming, ...retired.map(({ publicKey }) => publicKey)] }
    },
    async rotate() {
      const key = await openKey(await newKey())
      successors = [...successors, { key, signsFrom: now() + 1000 * PUBLISHED_AHEAD_SECONDS }]
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
