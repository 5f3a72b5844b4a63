import { type ConformanceCase, usesTokens } from '../case.ts'
import { encode, openForger } from '../formats/forger.ts'
import { takenForSigned } from '../formats/hostile-tokens.ts'
import { encrypted, encryptionHeader } from '../formats/jwe.ts'
import { assertAllRefused } from '../harness/expectations.ts'

/** Minutes of work, if a server did it. */
const ITERATIONS = 2_000_000_000
/** Short enough, packed, to get past the limit of a credential. */
const BOMB_BYTES = 5_000_000

/** Encrypted tokens, and what they may not be taken for. */
export const encryptionCases: readonly ConformanceCase[] = [
  {
    id: 'J19',
    name: 'takes no encrypted token for a signed one, nor a signed one for an encrypted one',
    appliesTo: usesTokens,
    async run(subject) {
      const forger = await openForger(subject)
      await assertAllRefused(subject, await takenForSigned(forger, subject.environment.keys))
    },
  },
  {
    id: 'E01',
    name: 'refuses password-based keys, other key management and compression before it works for them',
    appliesTo: usesTokens,
    async run(subject) {
      const forger = await openForger(subject)
      const { A256GCM } = subject.environment.keys
      const claims = JSON.stringify(forger.claims())
      const passwordBased = encryptionHeader({
        alg: 'PBES2-HS256+A128KW',
        p2c: ITERATIONS,
        p2s: 'AAAAAAAAAAA',
      })
      const attempts: [string, string][] = [
        ['password-based', `${encode(passwordBased)}.${'A'.repeat(54)}.${SHORT_REST}`],
        ['RSA1_5', `${encode(encryptionHeader({ alg: 'RSA1_5' }))}.${'A'.repeat(342)}.${SHORT_REST}`],
        ['compressed', await encrypted(claims, { zip: 'DEF' }, A256GCM)],
        ['a bomb', await encrypted('0'.repeat(BOMB_BYTES), { zip: 'DEF' }, A256GCM)],
        ['its key as the key of keys', await encrypted(claims, { alg: 'A256KW' }, A256GCM)],
        ['its key as another key of keys', await encrypted(claims, { alg: 'A256GCMKW' }, A256GCM)],
        ['another type', await encrypted(claims, { typ: 'JWT' }, A256GCM)],
      ]
      // A reply that takes five seconds fails the case.
      await assertAllRefused(subject, attempts)
    },
  },
]

const SHORT_REST = `${'A'.repeat(16)}.AAAA.${'A'.repeat(22)}`
