import { generateKeyPairSync, randomBytes } from 'node:crypto'
import type { JWK } from 'jose'
import {
  flippedIn,
  resizedOf,
  spellingsOf,
} from '../../../servers/conformance/formats/altered-credentials.ts'
import {
  type Attempts,
  type Claims,
  hmac,
  signature,
  signingInput,
  type TokenMaker,
  tokenMaker,
} from '../../../servers/conformance/formats/forger.ts'
import {
  endlessPayload,
  expiries,
  fromTheFuture,
  type HostileClaims,
  NO_CLAIMS,
  noOrigin,
  noSubject,
  otherParties,
} from '../../../servers/conformance/formats/hostile-claims.ts'
import {
  brokenSignatures,
  broughtKeys,
  extended,
  namedKeys,
  otherAlgorithms,
  otherTypes,
  publicKeyAsSecret,
  takenForSigned,
  unsigned,
} from '../../../servers/conformance/formats/hostile-tokens.ts'
import { type KeyMaterial, MAX_CREDENTIAL_BYTES, type TokenProfile } from '../../../servers/contract.ts'
import { ACCESS_TOKEN_TYPE, newClaims } from '../../../servers/tokens/claims.ts'
import { jwkOf } from '../../../servers/tokens/keys.ts'
import type { AttackId, KeyKind } from '../../../src/experiments/forgery/observation.ts'

export const USER = 'user-0000000'
const VICTIM = 'user-0000001'
/** Nobody is that late. */
const AHEAD_SECONDS = 600
const WEAK_SECRET_BYTES = [1, 16, 31]
const WEAK_RSA_BITS = 1024

export interface AttackProps {
  readonly keys: KeyMaterial
  /** Of the attacker. */
  readonly otherKeys: KeyMaterial
  readonly token: TokenProfile
  readonly ttlSeconds: number
  /** Where the attacker publishes keys. */
  readonly address: string
}

/** A key that a server should not start with, and a good token that is signed with it. */
export interface WeakKey {
  readonly what: string
  readonly jwk: JWK
  readonly token: string
}

export interface AttackSet {
  /** Nothing is wrong with it. */
  readonly good: string
  readonly tokens: Readonly<Record<Exclude<AttackId, 'weak-key'>, Attempts>>
  readonly weakKeys: readonly WeakKey[]
}

/** Everything that is thrown at whoever verifies with this key. */
export async function attacksOn(kind: KeyKind, props: AttackProps): Promise<AttackSet> {
  const { keys, otherKeys, token, ttlSeconds, address } = props
  const now = Math.floor(Date.now() / 1000)
  const claims = newClaims(USER, { now: Date.now, ttlSeconds, token })
  const maker = tokenMaker(keys, kind, claims)
  const thief = tokenMaker(keys, kind, { ...claims, sub: VICTIM })
  const good = await withBothAlphabets(maker)
  const mixed = exchanged(good, await thief.token())
  const together = async (...sets: readonly (Attempts | Promise<Attempts>)[]) =>
    (await Promise.all(sets)).flat()
  return {
    good,
    tokens: {
      unsigned: unsigned(thief, good),
      'public-key': publicKeyAsSecret(thief, keys),
      'other-algorithm': await otherAlgorithms(maker, keys),
      payload: [['signature kept', mixed], ...brokenSignatures(mixed, otherKeys)],
      // The last one changes unused bits only, which is a spelling.
      changed: [...flippedIn(good).slice(0, -1), ...resizedOf(good)],
      spelling: spellingsOf(good),
      'brought-key': await broughtKeys(thief, otherKeys[kind], address),
      'key-name': await namedKeys(thief, otherKeys[kind]),
      extension: await extended(maker),
      expiry: await together(
        replaced(maker, expiries(now)),
        asPayload(maker, [['exp 1e999', endlessPayload(claims)]]),
      ),
      future: await replaced(maker, fromTheFuture(now + AHEAD_SECONDS)),
      party: await replaced(maker, otherParties()),
      type: await otherTypes(maker),
      subject: await together(replaced(maker, noSubject()), replaced(maker, noOrigin())),
      'no-claims': await together(
        asPayload(
          maker,
          NO_CLAIMS.map((payload) => [`payload ${JSON.stringify(payload)}`, payload]),
        ),
        replaced(maker, { filler: ['A'.repeat(MAX_CREDENTIAL_BYTES)] }),
      ),
      encrypted: await takenForSigned(maker, keys),
    },
    weakKeys: weakKeysOf(kind, claims),
  }
}

/** Its signature has a character that plain base64 writes otherwise, so that there are always as many spellings. */
async function withBothAlphabets(maker: TokenMaker): Promise<string> {
  for (;;) {
    const token = await maker.token({ claims: { jti: randomBytes(16).toString('base64url') } })
    if (/[-_][^.]*$/.test(token)) return token
  }
}

/** The payload of the second under header and signature of the first. */
function exchanged(own: string, other: string): string {
  const [header, , signature] = own.split('.')
  return [header, other.split('.')[1], signature].join('.')
}

const replaced = (maker: TokenMaker, values: HostileClaims): Promise<Attempts> =>
  Promise.all(
    Object.entries(values).flatMap(([claim, all]) =>
      all.map(async (value) => {
        const what = `${claim} ${JSON.stringify(value)?.slice(0, 40) ?? 'missing'}`
        return [what, await maker.token({ claims: { [claim]: value } })] as const
      }),
    ),
  )

const asPayload = (maker: TokenMaker, payloads: Attempts): Promise<Attempts> =>
  Promise.all(payloads.map(async ([what, payload]) => [what, await maker.token({ payload })] as const))

/** Signed by hand: some libraries refuse to sign with them. */
function weakKeysOf(kind: KeyKind, claims: Claims): readonly WeakKey[] {
  const input = signingInput({ alg: kind, typ: ACCESS_TOKEN_TYPE }, claims)
  if (kind === 'HS256') {
    const secrets = [
      ...WEAK_SECRET_BYTES.map((bytes) => [`secret of ${bytes} bytes`, randomBytes(bytes)] as const),
      ['32 bytes that nobody filled', Buffer.alloc(32)] as const,
    ]
    return secrets.map(([what, secret]) => ({
      what,
      jwk: { kty: 'oct', k: secret.toString('base64url') },
      token: `${input}.${hmac('sha256', secret, input)}`,
    }))
  }
  if (kind === 'ES256') return []
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: WEAK_RSA_BITS })
  const token = `${input}.${signature('sha256', privateKey, input)}`
  return [{ what: `RSA of ${WEAK_RSA_BITS} bits`, jwk: jwkOf(privateKey), token }]
}
