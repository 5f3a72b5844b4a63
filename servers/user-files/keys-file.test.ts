import { generateKeyPairSync } from 'node:crypto'
import type { JWK } from 'jose'
import { describe, expect, test } from 'vitest'
import type { AuthbenchError } from '../../src/results/errors.ts'
import { errorOf } from '../../src/testing/error-of.ts'
import { testKeys } from '../testing/test-deps.ts'
import { jwkOf } from '../tokens/keys.ts'
import { parseKeysFile } from './keys-file.ts'

const { HS256, RS256, PS256, ES256, EdDSA, A256GCM } = await testKeys()

const parse = (value: unknown) => parseKeysFile(JSON.stringify(value), 'keys.json')

/** Every value that a key of the file has and nobody may see. */
function assertNoSecretIn(error: AuthbenchError, ...keys: readonly JWK[]): void {
  const said = `${error.message} ${error.next} ${error.cause}`
  for (const { k, d, p, q, dp, dq, qi } of keys) {
    const secrets = [k, d, p, q, dp, dq, qi].filter((secret) => secret !== undefined)
    for (const secret of secrets) expect(said).not.toContain(secret)
  }
}

describe('keys', () => {
  test('are taken by their algorithm, without the other members of the file', () => {
    const keys = Object.entries({ HS256, RS256, ES256 })
    const file = { keys: keys.map(([alg, jwk], index) => ({ ...jwk, alg, kid: `key ${index}`, use: 'sig' })) }
    expect(parse(file)).toEqual({ HS256, RS256, ES256 })
  })

  test('may be one alone, with a byte order mark before it', () => {
    expect(parseKeysFile(`\uFEFF${JSON.stringify({ ...EdDSA, alg: 'EdDSA' })}`, 'key.json')).toEqual({
      EdDSA,
    })
  })

  test.each([
    ['Ed25519', EdDSA, 'EdDSA'],
    ['v4.public', EdDSA, 'PASETO'],
    ['dir', A256GCM, 'A256GCM'],
    ['A256GCM', A256GCM, 'A256GCM'],
    ['PS256', RS256, 'PS256'],
  ])('with alg %s are known', (alg, jwk, name) => {
    expect(parse({ ...jwk, alg })).toEqual({ [name]: jwk })
  })

  test.each([
    [{}, HS256, ['HS256', 'A256GCM']],
    [{ use: 'sig' }, HS256, ['HS256']],
    [{ use: 'enc' }, HS256, ['A256GCM']],
    [{ key_ops: ['sign', 'verify'] }, HS256, ['HS256']],
    [
      {},
      { kty: 'oct', k: Buffer.from(Array.from({ length: 64 }, (_, index) => index)).toString('base64url') },
      ['HS256'],
    ],
    [{}, RS256, ['RS256', 'PS256']],
    [{}, ES256, ['ES256']],
    [{}, EdDSA, ['EdDSA', 'PASETO']],
  ])('that name no algorithm but %j are taken for what their kind allows', (members, jwk, names) => {
    expect(Object.keys(parse({ ...jwk, ...members }))).toEqual(names)
  })

  test('that name their algorithm come before those that do not', async () => {
    const other = jwkOf(generateKeyPairSync('ed25519').privateKey)
    for (const keys of [
      [{ ...EdDSA, alg: 'EdDSA' }, other],
      [other, { ...EdDSA, alg: 'EdDSA' }],
    ]) {
      expect(parse({ keys })).toEqual({ EdDSA, PASETO: other })
    }
  })

  test('for what no strategy does are passed over', () => {
    const p384 = jwkOf(generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey)
    const others = [
      { ...RS256, alg: 'RSA-OAEP-256' },
      { ...RS256, alg: 'RS256', use: 'enc' },
      { ...RS256, alg: 'RS256', key_ops: ['verify'] },
      { ...p384, alg: 'ES384' },
      p384,
      { kty: 'new' },
    ]
    expect(parse({ keys: [...others, { ...ES256, alg: 'ES256' }] })).toEqual({ ES256 })
    const error = errorOf(() => parse({ keys: others }))
    expect(error).toMatchObject({ code: 'KEYS_FILE_INVALID', exitCode: 2 })
    expect(error.message).toMatch(/^keys\.json holds no key for any of HS256, /)
    assertNoSecretIn(error, RS256, p384)
  })
})

describe('a file is refused', () => {
  const without = (jwk: JWK, member: keyof JWK) => ({ ...jwk, [member]: undefined })

  test('that is not JSON, with line and column and without its content', () => {
    const error = errorOf(() => parseKeysFile(`{"kty":"oct",\n "k":"${HS256.k}",,}`, 'keys.json'))
    expect(error).toMatchObject({ code: 'KEYS_FILE_INVALID', exitCode: 2 })
    expect(error.message).toBe('keys.json is not JSON: see line 2, column 52')
    assertNoSecretIn(error, HS256)
    expect(errorOf(() => parseKeysFile('-----BEGIN PRIVATE KEY-----', 'k.pem')).next).toContain('PEM')
  })

  test.each([
    [[], 'holds no JSON object'],
    [null, 'holds no JSON object'],
    [{ keys: {} }, '"keys" is not an array'],
    [{ keys: [null] }, 'keys[0] is not a JSON object'],
    [
      {
        keys: [
          { ...RS256, alg: 'RS256' },
          { ...without(RS256, 'kty'), alg: 'PS256' },
        ],
      },
      'keys[1]: "kty" is missing',
    ],
    [without(RS256, 'd'), 'the key: "d" is missing'],
    [without(RS256, 'qi'), 'the key: "qi" is missing'],
    [without(ES256, 'd'), 'the key: "d" is missing'],
    [without(EdDSA, 'd'), 'the key: "d" is missing'],
    [without({ ...HS256, use: 'sig' }, 'k'), 'the key: "k" is missing'],
    [{ ...HS256, k: 7 }, '"k" is not base64url'],
    [{ ...HS256, k: `${HS256.k}=`, alg: 'HS256' }, '"k" is not base64url'],
    [{ ...ES256, d: '' }, '"d" is not base64url'],
    [{ ...ES256, x: ES256.y }, 'do not make up one key of kind EC'],
    [{ ...ES256, d: A256GCM.k }, 'do not make up one key of kind EC'],
    [{ ...EdDSA, d: A256GCM.k }, 'do not make up one key of kind OKP'],
    [{ ...RS256, n: PS256.n }, 'do not make up one key of kind RSA'],
    [{ ...RS256, e: 'AQAD' }, 'do not make up one key of kind RSA'],
    [{ keys: [HS256, A256GCM] }, 'keys[0] and keys[1] are both for HS256'],
  ])('%#: a member is wrong or missing', (value, message) => {
    const error = errorOf(() => parse(value))
    expect(error).toMatchObject({ code: 'KEYS_FILE_INVALID', exitCode: 2 })
    expect(error.message).toContain(message)
    assertNoSecretIn(error, HS256, RS256, ES256, EdDSA, A256GCM)
  })

  test.each([
    [{ kty: 'oct', k: 'c2VjcmV0' }, 'the HS256 key has 48 bits, less than 256'],
    [{ kty: 'oct', k: Buffer.alloc(16, 1).toString('base64url'), alg: 'A256GCM' }, 'has 128 bits, not 256'],
    [
      { ...jwkOf(generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey), alg: 'PS256' },
      'the PS256 key has 1024 bits',
    ],
    [
      { ...jwkOf(generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey), alg: 'ES256' },
      'of kind EC P-384, not EC P-256',
    ],
    [
      { ...jwkOf(generateKeyPairSync('x25519').privateKey), alg: 'EdDSA' },
      'of kind OKP X25519, not OKP Ed25519',
    ],
    [{ ...RS256, alg: 'HS256' }, 'the HS256 key is of kind RSA, not oct'],
    [{ ...HS256, alg: 'RS256' }, 'the RS256 key is of kind oct, not RSA'],
  ])('%#: a key is weak', (value, message) => {
    const error = errorOf(() => parse(value))
    expect(error).toMatchObject({ code: 'WEAK_KEY', exitCode: 2 })
    expect(error.message).toContain(message)
  })
})
