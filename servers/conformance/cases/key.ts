import assert from 'node:assert/strict'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import type { JWK } from 'jose'
import type { AuthStrategy, KeyMaterial } from '../../contract.ts'
import { type ConformanceCase, rejectsSome, usesTokens } from '../case.ts'
import { NotTestable } from '../formats/minter.ts'
import { type ConformanceEnvironment, openSubject } from '../harness/checked-server.ts'

const WEAK_SECRET_BYTES = [0, 1, 16, 31]
/** A buffer that nobody filled, and one that somebody filled with one character. */
const FILLINGS = [0, 65]
const WEAK_RSA_BITS = 1024
/** 1 and 3: with the first, a signature is its own padding. */
const WEAK_RSA_EXPONENTS = ['AQ', 'Aw']
/** Of no use at all: how it is refused is of no interest. */
const OTHER_KIND = 'a key of another kind'

/** What a server must not start with. */
export const keyCases: readonly ConformanceCase[] = [
  {
    id: 'J15',
    name: 'refuses to start with a short or unfilled secret, a weak RSA key or a key of another kind',
    appliesTo: rejectsSome,
    async run({ strategy, environment }) {
      const used = new Set<string | symbol>()
      const watched = new Proxy(environment.keys, {
        get(keys, name) {
          used.add(name)
          return Reflect.get(keys, name)
        },
      })
      await (await openSubject(strategy, environment, { keys: watched })).close()
      const weak = Object.entries(weakKeys(environment.keys)).filter(([name]) => used.has(name))
      // A session may do without keys; a token that does has one of which nobody here knows.
      if (weak.length === 0 && !usesTokens(strategy)) throw new NotTestable('it uses no key')
      assert.ok(weak.length > 0, 'it uses none of the keys that it is given')
      for (const [name, keys] of weak) {
        for (const [what, key] of keys) {
          const code = await startCode(strategy, {
            ...environment,
            keys: { ...environment.keys, [name]: key },
          })
          if (what === OTHER_KIND) assert.notEqual(code, null, `${what} for ${name}`)
          else assert.equal(code, 'WEAK_KEY', `${what} for ${name}`)
        }
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

type Named = readonly (readonly [what: string, key: JWK])[]

/** Curves have one strength and no weak keys: of another kind is all that theirs can be. */
function weakKeys(keys: KeyMaterial): Readonly<Record<keyof KeyMaterial, Named>> {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: WEAK_RSA_BITS })
  const short: JWK = { ...privateKey.export({ format: 'jwk' }), kty: 'RSA' }
  const secretOf = (bytes: Buffer): JWK => ({ kty: 'oct', k: bytes.toString('base64url') })
  const secret: Named = [
    ...WEAK_SECRET_BYTES.map((bytes) => [`${bytes} bytes`, secretOf(randomBytes(bytes))] as const),
    ...FILLINGS.map((byte) => [`32 bytes ${byte}`, secretOf(Buffer.alloc(32, byte))] as const),
    [OTHER_KIND, keys.RS256],
  ]
  const rsa = (key: JWK): Named => [
    [`${WEAK_RSA_BITS} bits`, short],
    ...WEAK_RSA_EXPONENTS.map((e) => [`exponent ${e}`, { ...key, e, d: e, dp: e, dq: e }] as const),
    [OTHER_KIND, keys.HS256],
  ]
  const curve = (other: JWK): Named => [
    [OTHER_KIND, other],
    [OTHER_KIND, keys.HS256],
  ]
  return {
    HS256: secret,
    A256GCM: secret,
    RS256: rsa(keys.RS256),
    PS256: rsa(keys.PS256),
    ES256: curve(keys.EdDSA),
    EdDSA: curve(keys.ES256),
    PASETO: curve(keys.ES256),
  }
}
