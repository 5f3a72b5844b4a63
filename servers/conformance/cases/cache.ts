import assert from 'node:assert/strict'
import { type ConformanceCase, lastMomentSeconds } from '../case.ts'
import { USER } from '../harness/checked-server.ts'
import { assertAccepted, assertAllRefused, assertRefused } from '../harness/expectations.ts'

/** More than once, so that the second answer may come from the cache. */
const ROUNDS = 3

/** A cache of verdicts must never be what decides. */
export const cacheCases: readonly ConformanceCase[] = [
  {
    id: 'J17',
    name: 'lets no cached verdict outlive its credential',
    appliesTo: ({ cache }) => cache !== null,
    async run(subject) {
      const own = await subject.login()
      const beforeSeconds = lastMomentSeconds(subject.strategy)
      await subject.advance(subject.ttlSeconds - beforeSeconds)
      for (let round = 0; round < ROUNDS; round++) assertAccepted(await subject.me(own), USER, 'just before')
      await subject.advance(beforeSeconds)
      assertRefused(await subject.me(own), 'expired, from the cache')
    },
  },
  {
    id: 'J17',
    name: 'never answers for one credential with the verdict on another',
    appliesTo: ({ cache }) => cache !== null,
    async run(subject) {
      const users = ['first', 'second', 'third']
      const credentials = await Promise.all(users.map((user) => subject.login(user)))
      for (let round = 0; round < ROUNDS; round++) {
        for (const [index, credential] of credentials.entries()) {
          assertAccepted(await subject.me(credential), users[index] ?? '', 'its own subject')
        }
      }
      // All are in the cache; what is put together of two of them is not.
      const [one = '', two = ''] = credentials
      const ends = [1, 2, 10, 20, 43].filter((length) => length < one.length)
      assert.ok(ends.length > 0)
      await assertAllRefused(
        subject,
        ends
          .map(
            (length) =>
              [`last ${length} characters of another`, one.slice(0, -length) + two.slice(-length)] as const,
          )
          .filter(([, mixed]) => mixed !== one && mixed !== two),
      )
    },
  },
]
