import assert from 'node:assert/strict'
import { createHmac, createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto'
import { CompactSign, decodeProtectedHeader, importJWK, type JWK } from 'jose'
import type { KeyMaterial } from '../contract.ts'
import { publicJwk } from '../keys.ts'
import { newClaims } from '../token-claims.ts'
import { DEFAULT_TOKEN_PROFILE } from '../token-profile.ts'
import { type ConformanceCase, rejectsSome } from './case.ts'
import { assertAccepted, assertAllRefused, assertRefused } from './expectations.ts'
import { type Subject, USER } from './subject.ts'

type Algorithm = keyof KeyMaterial
type Claims = Record<string, unknown>

/**
 * Forged tokens. They are thrown at opaque credentials too: a server must not take a token for a session. For
 * token strategies each case first shows that the forger's unchanged token is accepted, so that a refusal is due to
 * the change.
 */
export const tokenCases: readonly ConformanceCase[] = [
  {
    name: 'rejects unsigned tokens, whatever the case of "none"',
    appliesTo: rejectsSome,
    async run(subject) {
      const forger = await openForger(subject)
      const signature = (await forger.token()).split('.')[2]
      const variants = ['none', 'None', 'NONE', 'nOnE', 'noNE', '']
      await assertAllRefused(
        subject,
        variants.flatMap((alg) => {
          const input = signingInput({ alg, typ: 'at+jwt' }, forger.claims())
          return [
            [`${alg}, empty signature`, `${input}.`],
            [`${alg}, no signature`, input],
            [`${alg}, kept signature`, `${input}.${signature}`],
          ] as const
        }),
      )
    },
  },
  {
    name: 'rejects an HMAC made with a public key as its secret',
    appliesTo: rejectsSome,
    async run(subject) {
      const forger = await openForger(subject)
      const { keys } = subject.environment
      const input = signingInput({ alg: 'HS256', typ: 'at+jwt' }, forger.claims())
      await assertAllRefused(
        subject,
        [keys.RS256, keys.ES256].flatMap((jwk) =>
          spellingsOfPublicKey(jwk).map(
            ([what, secret]) => [`${jwk.kty} ${what}`, `${input}.${hmac('sha256', secret, input)}`] as const,
          ),
        ),
      )
    },
  },
  {
    name: 'rejects every algorithm but the one of its key',
    appliesTo: rejectsSome,
    async run(subject) {
      const forger = await openForger(subject)
      const { keys } = subject.environment
      const secret = Buffer.from(keys.HS256.k ?? '', 'base64url')
      const rsa = createPrivateKey({ key: keys.RS256, format: 'jwk' })
      const attempts: [string, string][] = []
      for (const bits of ['384', '512']) {
        const hmacInput = signingInput({ alg: `HS${bits}`, typ: 'at+jwt' }, forger.claims())
        attempts.push([`HS${bits}`, `${hmacInput}.${hmac(`sha${bits}`, secret, hmacInput)}`])
        const rsaInput = signingInput({ alg: `RS${bits}`, typ: 'at+jwt' }, forger.claims())
        attempts.push([`RS${bits}`, `${rsaInput}.${signature(`sha${bits}`, rsa, rsaInput)}`])
      }
      for (const alg of ['HS256', 'RS256', 'ES256'] as const) {
        if (alg !== forger.algorithm) attempts.push([alg, await forger.token({ algorithm: alg })])
      }
      // The right signature under another name.
      const [, payload, own] = (await forger.token()).split('.')
      for (const alg of ['hs256', 'HS512', 'PS256', 'ES384', 'EdDSA', 'A256GCM', 256, null, ['HS256']]) {
        attempts.push([`named ${alg}`, `${encode({ alg, typ: 'at+jwt' })}.${payload}.${own}`])
      }
      await assertAllRefused(subject, attempts)
    },
  },
  {
    name: 'rejects empty, all-zero and otherwise encoded signatures',
    appliesTo: rejectsSome,
    async run(subject) {
      const forger = await openForger(subject)
      const { keys } = subject.environment
      const [header, payload] = (await forger.token()).split('.')
      const input = `${header}.${payload}`
      const ecdsa = createPrivateKey({ key: keys.ES256, format: 'jwk' })
      const asText = (bytes: Buffer) => `${input}.${bytes.toString('base64url')}`
      await assertAllRefused(subject, [
        ['empty', `${input}.`],
        ['missing', input],
        ...[32, 64, 256].map((bytes) => [`${bytes} zero bytes`, asText(Buffer.alloc(bytes))] as const),
        ['DER', asText(sign('sha256', Buffer.from(input), ecdsa))],
        ['half an HMAC', asText(Buffer.from(hmac('sha256', 'x', input), 'base64url').subarray(0, 16))],
      ])
    },
  },
  {
    name: 'ignores keys and key names that the token brings along',
    appliesTo: rejectsSome,
    async run(subject) {
      const forger = await openForger(subject)
      const { otherKeys } = subject.environment
      const key = otherKeys[forger.algorithm]
      const jwk = forger.algorithm === 'HS256' ? key : publicJwk(key)
      const headers = [
        { jwk },
        { jku: 'http://127.0.0.1:9/keys' },
        { x5u: 'http://127.0.0.1:9/certificate' },
        { kid: '' },
        { kid: '../../../../dev/null' },
        { kid: "' OR '1'='1" },
        { kid: 'k'.repeat(2000) },
      ]
      const attempts: [string, string][] = []
      for (const header of headers)
        attempts.push([JSON.stringify(header), await forger.token({ header, key })])
      await assertAllRefused(subject, attempts)
    },
  },
  {
    name: 'rejects extensions that it does not understand',
    appliesTo: rejectsSome,
    async run(subject) {
      const forger = await openForger(subject)
      const understood = { crit: { 'urn:x': true, b64: true } }
      await assertAllRefused(subject, [
        ['unknown', await forger.token({ header: { crit: ['urn:x'], 'urn:x': 1 }, understood })],
        [
          'encoded payload, said so',
          await forger.token({ header: { crit: ['b64'], b64: true }, understood }),
        ],
      ])
    },
  },
  {
    name: 'rejects a token of another type',
    appliesTo: rejectsSome,
    async run(subject) {
      const forger = await openForger(subject)
      for (const typ of ['JWT', 'id_token+jwt', 'rt+jwt', 'at', '', undefined, 7, ['at+jwt']]) {
        const token = await forger.token({ header: { typ } })
        assertRefused(await subject.me(token), `typ ${JSON.stringify(typ)}`)
      }
    },
  },
  {
    name: 'rejects a token whose issuer, audience, times or names are wrong or missing',
    appliesTo: rejectsSome,
    async run(subject) {
      const forger = await openForger(subject)
      const now = subject.now() / 1000
      const wrong: Record<string, readonly unknown[]> = {
        iss: [undefined, 'https://evil.example.test', '', null, [DEFAULT_TOKEN_PROFILE.issuer], 7],
        aud: [undefined, 'https://other.example.test', '', null, [], ['https://other.example.test'], {}, 7],
        exp: [undefined, now, now - 1, -1, 0, String(now + 60), null, [now + 60], true],
        nbf: [now + 1, String(now), null],
        iat: [undefined, now + 1, String(now), null],
        sub: [undefined, null, 7, ['user']],
        jti: [undefined, null, 7],
        client_id: [undefined, null, 7],
      }
      for (const [claim, values] of Object.entries(wrong)) {
        for (const value of values) {
          const token = await forger.token({ claims: { [claim]: value } })
          assertRefused(await subject.me(token), `${claim} ${JSON.stringify(value)}`)
        }
      }
      const endless = JSON.stringify(forger.claims()).replace(/"exp":\d+/, '"exp":1e999')
      assertRefused(await subject.me(await forger.token({ payload: endless })), 'exp that reads as Infinity')
    },
  },
  {
    name: 'rejects a signed payload that is not a set of claims',
    appliesTo: rejectsSome,
    async run(subject) {
      const forger = await openForger(subject)
      for (const payload of ['', 'null', '[]', '7', '"x"', '{', '{}', '\u0000']) {
        assertRefused(await subject.me(await forger.token({ payload })), `payload ${JSON.stringify(payload)}`)
      }
    },
  },
  {
    name: 'rejects encrypted tokens and other serialisations',
    appliesTo: rejectsSome,
    async run(subject) {
      const forger = await openForger(subject)
      const token = await forger.token()
      const [header, payload, own] = token.split('.')
      await assertAllRefused(subject, [
        ['five segments', `${encode({ alg: 'dir', enc: 'A256GCM', typ: 'at+jwt' })}..AAAA.AAAA.AAAA`],
        ['flattened JSON', JSON.stringify({ protected: header, payload, signature: own })],
        ['token in a token', `${encode({ alg: forger.algorithm, typ: 'at+jwt' })}.${encode(token)}.${own}`],
      ])
    },
  },
  {
    name: 'accepts one audience among several',
    appliesTo: rejectsSome,
    async run(subject) {
      const forger = await openForger(subject)
      const aud = ['https://other.example.test', DEFAULT_TOKEN_PROFILE.audience]
      await forger.assertTaken(await forger.token({ claims: { aud } }))
    },
  },
]

interface Forgery {
  readonly claims?: Claims
  /** Over `claims`. */
  readonly payload?: string
  readonly header?: Record<string, unknown>
  readonly algorithm?: Algorithm
  readonly key?: JWK
  readonly understood?: { readonly crit: Record<string, boolean> }
}

interface Forger {
  readonly algorithm: Algorithm
  /** Good ones, except for these. */
  claims(except?: Claims): Claims
  /** Signed with the server's own key, right in everything that is not asked otherwise. */
  token(forgery?: Forgery): Promise<string>
  /** Accepted by a token strategy, refused by any other. */
  assertTaken(token: string): Promise<void>
}

/** Somebody who has the keys. */
async function openForger(subject: Subject): Promise<Forger> {
  const { keys } = subject.environment
  const own = algorithmOf(await subject.login())
  const forger: Forger = {
    algorithm: own ?? 'HS256',
    claims: (except = {}) => ({
      ...newClaims(USER, {
        now: subject.now,
        ttlSeconds: subject.ttlSeconds,
        token: DEFAULT_TOKEN_PROFILE,
      }),
      ...except,
    }),
    async token({
      claims,
      payload,
      header,
      algorithm = forger.algorithm,
      key = keys[algorithm],
      understood,
    } = {}) {
      const bytes = new TextEncoder().encode(payload ?? JSON.stringify(forger.claims(claims)))
      return new CompactSign(bytes)
        .setProtectedHeader({ alg: algorithm, typ: 'at+jwt', ...header })
        .sign(await importJWK(key, algorithm), understood)
    },
    async assertTaken(token) {
      const reply = await subject.me(token)
      if (own === null) assertRefused(reply, 'a token in place of an opaque credential')
      else assertAccepted(reply, USER, 'a good token from the forger')
    },
  }
  await forger.assertTaken(await forger.token())
  return forger
}

/** Null: opaque. */
function algorithmOf(credential: string): Algorithm | null {
  if (credential.split('.').length !== 3) return null
  const { alg } = decodeProtectedHeader(credential)
  assert.ok(alg === 'HS256' || alg === 'RS256' || alg === 'ES256', `the cases have no key for ${alg}`)
  return alg
}

function encode(value: unknown): string {
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
}

function signingInput(header: Record<string, unknown>, claims: Claims): string {
  return `${encode(header)}.${encode(claims)}`
}

function hmac(hash: string, secret: string | Buffer, input: string): string {
  return createHmac(hash, secret).update(input).digest('base64url')
}

function signature(hash: string, key: KeyObject, input: string): string {
  return sign(hash, Buffer.from(input), key).toString('base64url')
}

/** Every form in which a server may hold, or an attacker may find, the public key. */
function spellingsOfPublicKey(privateJwk: JWK): (readonly [string, string | Buffer])[] {
  const jwk = publicJwk(privateJwk)
  const key = createPublicKey({ key: jwk, format: 'jwk' })
  const pem = key.export({ format: 'pem', type: 'spki' }).toString()
  return [
    ['PEM', pem],
    ['PEM without its last newline', pem.trimEnd()],
    ['DER', key.export({ format: 'der', type: 'spki' })],
    ['JWK', JSON.stringify(jwk)],
    ['first number', Buffer.from(jwk.n ?? jwk.x ?? '', 'base64url')],
  ]
}
