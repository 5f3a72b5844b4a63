import assert from 'node:assert/strict'
import { type ConformanceCase, rejectsSome } from './case.ts'
import { assertAccepted, assertRefused } from './expectations.ts'
import { type Subject, USER } from './subject.ts'

/** A logout has to do what the strategy declares: not less, and not more. */
export const revocationCases: readonly ConformanceCase[] = [
  {
    name: 'revokes exactly as it declares',
    appliesTo: () => true,
    async run(subject) {
      const own = await subject.login()
      assert.equal((await subject.logout(own)).status, 204)
      await assertRevoked(subject, own)
    },
  },
  {
    name: 'leaves other credentials of the subject alone',
    appliesTo: () => true,
    async run(subject) {
      const [revoked, other] = [await subject.login(), await subject.login()]
      await subject.logout(revoked)
      assertAccepted(await subject.me(other), USER, 'other credential')
    },
  },
  {
    name: 'does not revoke for somebody who presents a forged credential',
    appliesTo: rejectsSome,
    async run(subject) {
      const own = await subject.login()
      const forged = own.slice(0, -2) + (own.endsWith('AA') ? 'BB' : 'AA')
      assertRefused(await subject.logout(forged), 'logout')
      assertAccepted(await subject.me(own), USER, 'the real one')
    },
  },
  {
    name: 'keeps a revoked credential out until it would have expired, in every spelling',
    appliesTo: ({ revocation }) => revocation.effect === 'immediate',
    async run(subject) {
      const own = await subject.login()
      await subject.logout(own)
      for (const other of [`${own}=`, ` ${own}`, own.toUpperCase(), own.slice(0, -1) + flipLowestBit(own)]) {
        assertRefused(await subject.me(other), other.slice(-4))
      }
      subject.advance(subject.ttlSeconds - 1)
      assertRefused(await subject.me(own), 'one second before it would have expired')
    },
  },
]

async function assertRevoked(subject: Subject, credential: string): Promise<void> {
  const { revocation } = subject.strategy
  switch (revocation.effect) {
    case 'immediate':
      return assertRefused(await subject.me(credential), 'right after logout')
    case 'within':
      subject.advance(revocation.ms / 1000)
      return assertRefused(await subject.me(credential), `${revocation.ms} ms after logout`)
    case 'at-expiry':
      assertAccepted(await subject.me(credential), USER, 'after logout, before expiry')
      subject.advance(subject.ttlSeconds)
      return assertRefused(await subject.me(credential), 'expired')
    case 'never':
      subject.advance(subject.ttlSeconds)
      return assertAccepted(await subject.me(credential), USER, 'nothing to revoke')
    default:
      throw unknownEffect(revocation)
  }
}

function unknownEffect(revocation: never): Error {
  return new Error(`no expectation for ${JSON.stringify(revocation)}`)
}

/** A last character that decodes to the same bytes wherever the lowest bit is unused. */
function flipLowestBit(credential: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  return alphabet.charAt(alphabet.indexOf(credential.at(-1) ?? '') ^ 1)
}
