import assert from 'node:assert/strict'
import type { StrategyInfo } from '../../../src/results/strategy-info.ts'
import {
  KEYS_MAX_AGE_SECONDS,
  KEYS_STALE_SECONDS,
  PUBLISHED_AHEAD_SECONDS,
} from '../../auth-server/signing-keys.ts'
import { type ConformanceCase, usesTokens } from '../case.ts'
import { type Forger, headerOf, openForger } from '../formats/forger.ts'
import { NotTestable } from '../formats/minter.ts'
import { openSubject, type Subject, USER } from '../harness/checked-server.ts'
import { assertAccepted, assertRefused, until } from '../harness/expectations.ts'
import { countRequests } from '../harness/request-count.ts'

const fetchesKeys = (strategy: StrategyInfo) => strategy.needs.includes('auth-server') && usesTokens(strategy)

const MADE_UP = 20
/** Long enough for a name that is not known to ask for the keys again. */
const QUIET_SECONDS = 60
/** Real time: a renewal that no request waits for. */
const RENEWAL_MS = 2000

interface Rotation {
  readonly subject: Subject
  /** Has the key that signs until the first rotation. */
  readonly forger: Forger
  readonly authServer: NonNullable<Subject['authServer']>
}

/** The keys of an auth server change, or it goes away. Both are of its own: other cases need to know the key that signs. */
export const rotationCases: readonly ConformanceCase[] = [
  {
    id: 'J18',
    name: 'accepts tokens of the old key and of the new one throughout a rotation, whatever names are made up meanwhile',
    appliesTo: fetchesKeys,
    run: withRotation(async ({ subject, forger, authServer }) => {
      const madeUp = (index: number) => forger.token({ header: { kid: `made-up-${index}` } })
      const fetches = countRequests(authServer.address.origin, '/jwks')
      try {
        const old = await subject.login()
        await subject.advance(QUIET_SECONDS)
        assertRefused(await subject.me(await madeUp(0)), 'a made-up name before the rotation')
        await authServer.rotateKeys()
        // The last moment of the old key, the first of the new one, and either side of them.
        for (const seconds of [0, 1, PUBLISHED_AHEAD_SECONDS - 2, 1, 1]) {
          await subject.advance(seconds)
          assertAccepted(await subject.me(await subject.login()), USER, 'just issued')
          assertAccepted(await subject.me(old), USER, 'issued before the rotation')
          const tokens = await Promise.all(Array.from({ length: MADE_UP }, (_, index) => madeUp(index + 1)))
          const before = fetches.count()
          for (const reply of await Promise.all(tokens.map((token) => subject.me(token)))) {
            assertRefused(reply, 'a made-up name')
          }
          const asked = fetches.count() - before
          assert.ok(asked <= 1, `${MADE_UP} made-up names made it fetch the keys ${asked} times`)
        }
        assert.notEqual(kidOf(await subject.login()), kidOf(old), 'the new key signs')
      } finally {
        fetches.stop()
      }
    }),
  },
  {
    id: 'J18',
    name: 'forgets a key when the last token that it signed has expired',
    appliesTo: fetchesKeys,
    run: withRotation(async ({ subject, forger, authServer }) => {
      const endless = await endlessToken(subject, forger)
      await authServer.rotateKeys()
      await subject.advance(PUBLISHED_AHEAD_SECONDS)
      assertAccepted(await subject.me(endless), USER, 'signed with the old key, far expiry')
      await subject.advance(subject.ttlSeconds + KEYS_MAX_AGE_SECONDS)
      await until(subject, RENEWAL_MS, 0, async () => {
        const { status } = await subject.me(endless)
        return status === 401 ? null : `signed with a key that is retired: ${status}`
      })
      assertAccepted(await subject.me(await subject.login()), USER, 'a new login')
    }),
  },
  {
    id: 'J18',
    name: 'goes on with the keys that it has while the auth server is away, and not for ever',
    appliesTo: fetchesKeys,
    run: withRotation(async ({ subject, forger, authServer }) => {
      const endless = await endlessToken(subject, forger)
      await authServer.close()
      for (const seconds of [0, KEYS_MAX_AGE_SECONDS, KEYS_STALE_SECONDS - 1]) {
        await subject.advance(seconds)
        assertAccepted(await subject.me(endless), USER, `${seconds} s later`)
      }
      await subject.advance(1)
      const { status, headers } = await subject.me(endless)
      assert.deepEqual([status, headers['retry-after']], [503, '1'], 'with keys that are too old')
    }),
  },
]

function withRotation(run: (rotation: Rotation) => Promise<void>): ConformanceCase['run'] {
  return async ({ strategy, environment }) => {
    const subject = await openSubject(strategy, environment)
    try {
      const { authServer } = subject
      assert.ok(authServer !== null, 'there is an auth server')
      const forger = await openForger(subject)
      if (forger.issued === null) throw new NotTestable('no key of its signatures')
      await run({ subject, forger, authServer })
    } finally {
      await subject.close()
    }
  }
}

function endlessToken(subject: Subject, forger: Forger): Promise<string> {
  return forger.token({ claims: { exp: subject.now() / 1000 + 100 * subject.ttlSeconds } })
}

const kidOf = (token: string) => headerOf(token)?.kid
