import { DEFAULT_TOKEN_PROFILE } from '../../tokens/default-profile.ts'
import { type ConformanceCase, usesTokens } from '../case.ts'
import { type Minter, NotTestable, openMinter } from '../formats/minter.ts'
import type { Subject } from '../harness/checked-server.ts'
import { assertAllRefused, assertRefused } from '../harness/expectations.ts'

/** Tokens with a good signature and something wrong in what they say. */
export const claimCases: readonly ConformanceCase[] = [
  {
    id: 'J09',
    name: 'rejects a token whose expiry is past, missing or no number',
    appliesTo: usesTokens,
    run: (subject) =>
      assertClaimsRefused(
        subject,
        (now) => ({ exp: [undefined, now, now - 1, -1, 0, String(now + 60), null, [now + 60], true, {}] }),
        // JSON.parse reads it as Infinity.
        (minter) => [JSON.stringify(minter.claims()).replace(/"exp":("[^"]*"|\d+)/, '"exp":1e999')],
      ),
  },
  {
    id: 'J10',
    name: 'rejects a token from the future',
    appliesTo: usesTokens,
    run: (subject) =>
      assertClaimsRefused(subject, (now) => ({
        nbf: [now + 1, now + 3600, String(now), null],
        iat: [now + 1, now + 3600, String(now), null],
      })),
  },
  {
    id: 'J11',
    name: 'rejects a token whose issuer or audience is wrong or missing',
    appliesTo: usesTokens,
    run: (subject) =>
      assertClaimsRefused(subject, () => ({
        iss: [undefined, 'https://evil.example.test', '', null, [DEFAULT_TOKEN_PROFILE.issuer], 7],
        aud: [undefined, 'https://other.example.test', '', null, [], ['https://other.example.test'], {}, 7],
      })),
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
    run: (subject) => assertClaimsRefused(subject, () => ({ sub: [undefined, null, 7, ['user']] })),
  },
  {
    id: 'J13',
    name: 'rejects a token without a client, a time of issue or an id',
    appliesTo: usesTokens,
    run: (subject) =>
      assertClaimsRefused(subject, () => ({
        jti: [undefined, null, 7],
        client_id: [undefined, null, 7],
        iat: [undefined],
      })),
  },
  {
    id: 'J14',
    name: 'rejects a signed payload that is not a set of claims',
    appliesTo: usesTokens,
    async run(subject) {
      const minter = await openMinter(subject)
      for (const payload of ['', 'null', '[]', '7', '"x"', '{', '{}', '\u0000']) {
        assertRefused(await subject.me(await minter.mint({ payload })), `payload ${JSON.stringify(payload)}`)
      }
    },
  },
]

/** Each value in place of the good one, nothing else changed. */
async function assertClaimsRefused(
  subject: Subject,
  valuesAt: (nowSeconds: number) => Readonly<Record<string, readonly unknown[]>>,
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
