import assert from 'node:assert/strict'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import type { JWK } from 'jose'
import type { AuthStrategy, KeyMaterial } from '../contract.ts'
import { type ConformanceCase, usesTokens } from './case.ts'
import { type ConformanceEnvironment, openSubject } from './subject.ts'

const WEAK_SECRET_BYTES = [0, 1, 16, 31]
const WEAK_RSA_BITS = 1024

/** What a server must not start with. Curves have one strength, and no weak keys. */
export const keyCases: readonly ConformanceCase[] = [
  {
    id: 'J15',
    name: 'refuses to start with a secret under 256 bits or an RSA key under 2048',
    appliesTo: usesTokens,
    async run({ strategy, environment }) {
      const used = new Set<string | symbol>()
      const watched = new Proxy(environment.keys, {
        get(keys, name) {
          used.add(name)
          return Reflect.get(keys, name)
        },
      })
      await (await openSubject(strategy, environment, { keys: watched })).close()
      for (const [name, keys] of weakKeys(environment.keys)) {
        if (!used.has(name)) continue
        assert.equal(
          await startCode(strategy, { ...environment, keys }),
          'WEAK_KEY',
          `a weak key for ${name}`,
        )
      }
    },
  },
]

/** Null: it started. */
async function startCode(
  strategy: AuthStrategy,
  environment: ConformanceEnvironment,
): Promise<string | null> {
  try {
    const subject = await openSubject(strategy, environment)
    await subject.close()
    return null
  } catch (error) {
    // A strategy of the user has errors of its own.
    return error instanceof Error && 'code' in error ? String(error.code) : String(error)
  }
}

/** All keys as they are, but one. */
function weakKeys(keys: KeyMaterial): (readonly [name: keyof KeyMaterial, keys: KeyMaterial])[] {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: WEAK_RSA_BITS })
  const rsa = { ...privateKey.export({ format: 'jwk' }), kty: 'RSA' }
  const secrets = WEAK_SECRET_BYTES.map(
    (bytes): JWK => ({
      kty: 'oct',
      k: randomBytes(bytes).toString('base64url'),
    }),
  )
  return [
    ...(['HS256', 'A256GCM'] as const).flatMap((name) =>
      secrets.map((secret) => [name, { ...keys, [name]: secret }] as const),
    ),
    ...(['RS256', 'PS256'] as const).map((name) => [name, { ...keys, [name]: rsa }] as const),
  ]
}
