import { DEFAULT_TOKEN_PROFILE } from '../../tokens/default-profile.ts'
import { type ConformanceCase, usesTokens } from '../case.ts'
import {
  endlessPayload,
  expiries,
  fromTheFuture,
  type HostileClaims,
  NO_CLAIMS,
  noOrigin,
  noSubject,
  otherParties,
} from '../formats/hostile-claims.ts'
import { type Minter, NotTestable, openMinter } from '../formats/minter.ts'
import type { Subject } from '../harness/checked-server.ts'
import { assertAllRefused, assertRefused } from '../harness/expectations.ts'

/** Tokens with a good signature and something wrong in what they say. */
export const claimCases: readonly ConformanceCase[] = [
  {
    id: 'J09',
    name: 'rejects a token whose expiry is past, missing or no number',
    appliesTo: usesTokens,
    run: (subject) => assertClaimsRefused(subject, expiries, (minter) => [endlessPayload(minter.claims())]),
  },
  {
    id: 'J10',
    name: 'rejects a token from the future',
    appliesTo: usesTokens,
    run: (subject) => assertClaimsRefused(subject, fromTheFuture),
  },
  {
    id: 'J11',
    name: 'rejects a token whose issuer or audience is wrong or missing',
    appliesTo: usesTokens,
    run: (subject) => assertClaimsRefused(subject, otherParties),
  },
  {
    id: 'J11',
    name: 'accepts one audience among several',
    appliesTo: usesTokens,
    async run(subject) {
      const minter = await openMinter(subject)
      if (!minter.severalAudiences) throw new NotTestable('a token is for one audience')
      const aud = ['https://other.example.test', DEFAULT_TOKEN_PROFILE.audience]
      await minter.assertTaken(await minter.mint({ claims: { aud } }))
    },
  },
  {
    id: 'J12',
    name: 'rejects a token of another type',
    appliesTo: usesTokens,
    async run(subject) {
      const minter = await openMinter(subject)
      await assertAllRefused(subject, await minter.otherTypes())
    },
  },
  {
    id: 'J13',
    name: 'rejects a token without a subject',
    appliesTo: usesTokens,
    run: (subject) => assertClaimsRefused(subject, noSubject),
  },
  {
    id: 'J13',
    name: 'rejects a token without a client, a time of issue or an id',
    appliesTo: usesTokens,
    run: (subject) => assertClaimsRefused(subject, noOrigin),
  },
  {
    id: 'J14',
    name: 'rejects a signed payload that is not a set of claims',
    appliesTo: usesTokens,
    async run(subject) {
      const minter = await openMinter(subject)
      for (const payload of NO_CLAIMS) {
        assertRefused(await subject.me(await minter.mint({ payload })), `payload ${JSON.stringify(payload)}`)
      }
    },
  },
]

/** Each value in place of the good one, nothing else changed. */
async function assertClaimsRefused(
  subject: Subject,
  valuesAt: (nowSeconds: number) => HostileClaims,
  payloads: (minter: Minter) => readonly string[] = () => [],
): Promise<void> {
  const minter = await openMinter(subject)
  for (const [claim, values] of Object.entries(valuesAt(subject.now() / 1000))) {
    for (const value of values) {
      const token = await minter.mint({ claims: { [claim]: value } })
      assertRefused(await subject.me(token), `${claim} ${JSON.stringify(value)}`)
    }
  }
  for (const payload of payloads(minter)) {
    assertRefused(await subject.me(await minter.mint({ payload })), payload)
  }
  await minter.assertTaken(await minter.mint())
}
