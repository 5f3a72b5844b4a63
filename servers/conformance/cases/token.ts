import assert from 'node:assert/strict'
import { type ConformanceCase, usesTokens } from '../case.ts'
import { openForger } from '../formats/forger.ts'
import { brokenSignatures, publicKeyAsSecret, unsigned } from '../formats/hostile-tokens.ts'
import { openMinter } from '../formats/minter.ts'
import { startCanary } from '../harness/canary.ts'
import { assertAllRefused } from '../harness/expectations.ts'

/**
 * Forged tokens. Each case first shows that the forger's unchanged token is accepted, so that a refusal is due to the change. Where
 * nobody here can sign, unsigned tokens are thrown all the same: a server must not take them for its own; what needs the key is not
 * applicable there.
 */
export const tokenCases: readonly ConformanceCase[] = [
  {
    id: 'J01',
    name: 'rejects unsigned tokens, whatever the case of "none"',
    appliesTo: usesTokens,
    async run(subject) {
      const forger = await openForger(subject)
      await assertAllRefused(subject, unsigned(forger, await forger.token()))
    },
  },
  {
    id: 'J02',
    name: 'rejects an HMAC made with a public key as its secret',
    appliesTo: usesTokens,
    async run(subject) {
      const forger = await openForger(subject)
      await assertAllRefused(subject, publicKeyAsSecret(forger, subject.environment.keys))
    },
  },
  {
    id: 'J03',
    name: 'rejects every algorithm but the one of its key',
    appliesTo: usesTokens,
    async run(subject) {
      const minter = await openMinter(subject)
      await assertAllRefused(subject, await minter.otherAlgorithms())
    },
  },
  {
    id: 'J04',
    name: 'rejects empty, all-zero and otherwise encoded signatures',
    appliesTo: usesTokens,
    async run(subject) {
      const forger = await openForger(subject)
      await assertAllRefused(subject, brokenSignatures(await forger.token(), subject.environment.keys))
    },
  },
  {
    id: 'J06',
    name: 'ignores keys that the token brings, and fetches none from where it says',
    appliesTo: usesTokens,
    async run(subject) {
      const minter = await openMinter(subject)
      const canary = await startCanary({ ...subject.environment.otherKeys })
      try {
        await assertAllRefused(subject, await minter.broughtKeys(canary.origin))
        assert.equal(canary.hits(), 0, 'requests to the address in the token')
      } finally {
        await canary.close()
      }
    },
  },
  {
    id: 'J07',
    name: 'looks nothing up by a key name that it does not know',
    appliesTo: usesTokens,
    async run(subject) {
      const minter = await openMinter(subject)
      await assertAllRefused(subject, await minter.namedKeys())
    },
  },
  {
    id: 'J08',
    name: 'rejects extensions that it does not understand',
    appliesTo: usesTokens,
    async run(subject) {
      const minter = await openMinter(subject)
      await assertAllRefused(subject, await minter.extended())
    },
  },
]
