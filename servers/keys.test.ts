import { generateKeyPairSync } from 'node:crypto'
import type { JWK } from 'jose'
import { expect, test } from 'vitest'
import type { KeyMaterial } from './contract.ts'
import { generateKeys } from './keys.ts'
import { STRATEGIES } from './registry.ts'
import { testDeps, testKeys } from './testing/deps.ts'

const keys = await testKeys()

function open(id: keyof typeof STRATEGIES, replaced: Partial<KeyMaterial>) {
  return testDeps({ keys: { ...keys, ...replaced } }).then((deps) => STRATEGIES[id].open(deps))
}

const secretOf = (bytes: number): JWK => ({ kty: 'oct', k: Buffer.alloc(bytes, 7).toString('base64url') })

test.each(['jwt-hs256', 'jwt-hs256-fast', 'jwt-blacklist'] as const)(
  '%s refuses to start with a secret of less than 32 bytes',
  async (id) => {
    await expect(open(id, { HS256: secretOf(31) })).rejects.toMatchObject({ code: 'WEAK_KEY', exitCode: 2 })
    await expect(open(id, { HS256: keys.RS256 })).rejects.toMatchObject({ code: 'WEAK_KEY' })
  },
)

test('RS256 refuses to start with a modulus of less than 2048 bits', async () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2040 })
  const weak = privateKey.export({ format: 'jwk' }) as JWK
  await expect(open('jwt-rs256', { RS256: weak })).rejects.toMatchObject({ code: 'WEAK_KEY' })
})

test('keys are new every time', async () => {
  const others = await generateKeys()
  expect(others.HS256.k).not.toBe(keys.HS256.k)
  expect(others.RS256.n).not.toBe(keys.RS256.n)
  expect(others.ES256.x).not.toBe(keys.ES256.x)
})
