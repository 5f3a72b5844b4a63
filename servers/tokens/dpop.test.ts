import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'
import { beforeAll, expect, test } from 'vitest'
import { StoreUnavailableError } from '../contract.ts'
import { DEFAULT_TOKEN_PROFILE } from './default-profile.ts'
import { type Proven, proofCheck, seenProofs, tokenHash } from './dpop.ts'

const API = new URL(DEFAULT_TOKEN_PROFILE.audience).origin
const SECONDS = 1_900_000_000
let privateKey: CryptoKey
let publicJwk: JWK

beforeAll(async () => {
  const pair = await generateKeyPair('ES256', { extractable: true })
  privateKey = pair.privateKey
  publicJwk = await exportJWK(pair.publicKey)
})

let made = 0
const proofOf = (claims: Readonly<Record<string, unknown>> = {}, jwk: object = publicJwk) =>
  new SignJWT({ jti: `id-${made++}`, htm: 'GET', htu: `${API}/me`, iat: SECONDS, ...claims })
    .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk })
    .sign(privateKey)

function worldOf({ mostIds, audience }: { mostIds?: number; audience?: string } = {}) {
  const time = { ms: 1000 * SECONDS }
  const now = () => time.ms
  const token = { ...DEFAULT_TOKEN_PROFILE, ...(audience === undefined ? {} : { audience }) }
  const check = proofCheck({ now, clock: now, token }, mostIds)
  const holds = async (proof: string, changes: Partial<Proven> = {}) =>
    (await check(proof, { method: 'GET', target: '/me', bound: null, ...changes })) !== null
  return { time, check, holds }
}

test('a proof is new once, and again when no proof of that age would be taken any more', () => {
  let now = 0
  const seen = seenProofs(() => now)
  expect([seen.add('a'), seen.add('a')]).toEqual([true, false])
  now = 65_000
  expect(seen.add('a')).toBe(false)
  now = 65_001
  expect(seen.add('a')).toBe(true)
})

test('a full memory of proofs says that it cannot tell, forgets none, and has room again later', () => {
  let now = 0
  const seen = seenProofs(() => now, 2)
  seen.add('a')
  now = 1000
  seen.add('b')
  expect(() => seen.add('c')).toThrow(StoreUnavailableError)
  expect(seen.add('a')).toBe(false)
  now = 65_001
  expect([seen.add('c'), seen.add('b')]).toEqual([true, false])
})

test('a proof from a clock that is ahead is known for as long as it is fresh', async () => {
  const { holds, time } = worldOf()
  const early = await proofOf({ iat: SECONDS + 5 })
  expect(await holds(early)).toBe(true)
  time.ms += 65_000
  expect(await holds(early)).toBe(false)
})

test.each(['https://evil.example/me', 'http://evil.example/me', '//evil.example/me', '*', ''])(
  'the target %j does not make another host the one that a proof has to name',
  async (target) => {
    const { holds } = worldOf()
    for (const htu of ['https://evil.example/me', 'http://evil.example/me', undefined, 'no address']) {
      expect(await holds(await proofOf({ htu }), { target }), `${htu}`).toBe(false)
    }
  },
)

test('an API that is known under no address takes no proof', async () => {
  const { holds } = worldOf({ audience: 'urn:example:api' })
  expect(await holds(await proofOf({ htu: 'null/me' }))).toBe(false)
  expect(await holds(await proofOf({ htu: undefined }))).toBe(false)
})

test('what a key says of itself beside its point changes nothing, and a private one is refused', async () => {
  const { holds } = worldOf()
  for (const more of [
    { key_ops: [] },
    { key_ops: ['sign'] },
    { key_ops: 7 },
    { ext: 'yes' },
    { use: 'enc' },
  ]) {
    expect(await holds(await proofOf({}, { ...publicJwk, ...more })), JSON.stringify(more)).toBe(true)
  }
  expect(await holds(await proofOf({}, await exportJWK(privateKey)))).toBe(false)
})

test('a key that is none is refused and is no error of the server', async () => {
  const { holds } = worldOf()
  const wrong = [
    ...[{ x: 7 }, { y: undefined }, { x: 'AAAA' }, { y: 'A'.repeat(43) }, { x: '' }],
    ...[{ crv: 'P-384' }, { kty: 'RSA' }, { kty: 'oct', k: 'AAAA' }, { d: null }],
  ]
  for (const change of wrong) {
    expect(await holds(await proofOf({}, { ...publicJwk, ...change })), JSON.stringify(change)).toBe(false)
  }
})

test('who fills the memory of logins takes no room from who has a token', async () => {
  const { check, holds } = worldOf({ mostIds: 1 })
  const key = await check(await proofOf(), { method: 'GET', target: '/me', bound: null })
  await expect(holds(await proofOf())).rejects.toThrow(StoreUnavailableError)
  expect(await holds(await proofOf({ ath: tokenHash('t') }), { bound: { token: 't', key } })).toBe(true)
})
