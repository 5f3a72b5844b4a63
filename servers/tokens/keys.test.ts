import { generateKeyPairSync } from 'node:crypto'
import type { JWK } from 'jose'
import { expect, test } from 'vitest'
import type { KeyMaterial } from '../contract.ts'
import { STRATEGIES } from '../registry.ts'
import { testDeps, testKeys } from '../testing/test-deps.ts'
import { generateKeys, jwkOf } from './keys.ts'

const keys = await testKeys()

function open(id: keyof typeof STRATEGIES, replaced: Partial<KeyMaterial>) {
  return testDeps({ keys: { ...keys, ...replaced } }).then((deps) => STRATEGIES[id].open(deps))
}

const secretOf = (bytes: number): JWK => ({
  kty: 'oct',
  k: Buffer.from(Array.from({ length: bytes }, (_, index) => index)).toString('base64url'),
})
const unfilled: JWK = { kty: 'oct', k: Buffer.alloc(32).toString('base64url') }

const rsaOf = (modulusLength: number) => jwkOf(generateKeyPairSync('rsa', { modulusLength }).privateKey)
const ec = (namedCurve: string) => jwkOf(generateKeyPairSync('ec', { namedCurve }).privateKey)
const x25519 = jwkOf(generateKeyPairSync('x25519').privateKey)
const shortModulus = rsaOf(2040)
/** 257 bytes: its signatures have other unused bits than those of 2048. */
const longModulus = rsaOf(2056)
/** 1, 3 and 65536. */
const exponents = ['AQ', 'Aw', 'AQAA'].map((e): JWK => ({ ...keys.RS256, e, d: e, dp: e, dq: e }))

/** What each algorithm refuses; somebody else's kind of key is among it. */
const WEAK: Readonly<Record<keyof KeyMaterial, readonly JWK[]>> = {
  HS256: [secretOf(31), secretOf(0), unfilled, { kty: 'oct' }, keys.RS256],
  RS256: [shortModulus, ...exponents, keys.HS256, keys.ES256],
  PS256: [shortModulus, ...exponents, keys.HS256, keys.ES256],
  ES256: [ec('P-384'), ec('secp256k1'), keys.EdDSA, keys.HS256],
  EdDSA: [x25519, keys.ES256, keys.HS256],
  A256GCM: [secretOf(31), secretOf(16), secretOf(64), unfilled, keys.RS256],
  PASETO: [x25519, keys.ES256, keys.HS256],
}

test.each([
  ['jwt-hs256', 'HS256'],
  ['jwt-rs256', 'RS256'],
  ['jwt-ps256', 'PS256'],
  ['jwt-es256', 'ES256'],
  ['jwt-eddsa', 'EdDSA'],
  ['jwt-hs256-fast', 'HS256'],
  ['jwt-rs256-fast', 'RS256'],
  ['jwt-ps256-fast', 'PS256'],
  ['jwt-es256-fast', 'ES256'],
  ['jwt-eddsa-fast', 'EdDSA'],
  ['jwt-hs256-cached', 'HS256'],
  ['jwt-rs256-cached', 'RS256'],
  ['jwt-es256-cached', 'ES256'],
  ['jwt-blacklist', 'HS256'],
  ['jwe', 'A256GCM'],
  ['cookie-sealed', 'A256GCM'],
  ['paseto-v4', 'PASETO'],
] as const)('%s refuses to start with a weak key, or one of another kind', async (id, name) => {
  for (const jwk of WEAK[name]) {
    await expect(open(id, { [name]: jwk })).rejects.toMatchObject({ code: 'WEAK_KEY', exitCode: 2 })
  }
})

test.each(['jwt-rs256', 'jwt-ps256', 'jwt-rs256-fast', 'jwt-ps256-fast'] as const)(
  '%s takes a modulus of another length',
  async (id) => {
    const { issue, verify } = await open(id, { RS256: longModulus, PS256: longModulus })
    const token = await issue('someone')
    expect(await verify(token)).toMatchObject({ sub: 'someone' })
    expect(
      await verify(`${token.slice(0, -1)}${String.fromCharCode(token.charCodeAt(token.length - 1) + 1)}`),
    ).toBeNull()
  },
)

test('keys are new every time', async () => {
  const others = await generateKeys()
  expect(others.HS256.k).not.toBe(keys.HS256.k)
  expect(others.RS256.n).not.toBe(keys.RS256.n)
  expect(others.ES256.x).not.toBe(keys.ES256.x)
})
