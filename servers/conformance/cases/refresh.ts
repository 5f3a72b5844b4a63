import assert from 'node:assert/strict'
import type { StrategyInfo } from '../../../src/results/strategy-info.ts'
import { asksRedis, type ConformanceCase } from '../case.ts'
import { type Grant, redisOf, type Subject, USER } from '../harness/checked-server.ts'
import { assertAccepted, assertRefused } from '../harness/expectations.ts'
import { assertRandom } from '../harness/randomness.ts'
import type { Reply } from '../harness/raw-http.ts'

const TOKENS = 300
const PARALLEL = 12
/** A token that was used is forgiven for a few seconds at most: the time of a retry. */
const LEEWAY_SECONDS = 60
/** No family lives longer than a year. */
const LONGEST_LIFE_SECONDS = 366 * 24 * 3600

const refreshes = (strategy: StrategyInfo) => strategy.refreshes

/** Rotation of refresh tokens (RFC 9700 section 4.14). */
export const refreshCases: readonly ConformanceCase[] = [
  {
    id: 'R01',
    name: 'gives refresh tokens that nobody can guess',
    appliesTo: refreshes,
    async run(subject) {
      const grants = await Promise.all(Array.from({ length: TOKENS }, () => subject.loginPair()))
      assertRandom(grants.map(({ refreshToken }) => refreshToken))
    },
  },
  {
    id: 'R01',
    name: 'never tells Redis a refresh token',
    appliesTo: (strategy) => refreshes(strategy) && asksRedis(strategy),
    async run(subject) {
      const transcript = await redisOf(subject).listen()
      try {
        const first = await subject.loginPair()
        const second = grantOf(await subject.refresh(first.refreshToken), 'refresh')
        const said = (await transcript.commands()).join('\n')
        assert.ok(said.length > 0, 'the transcript shows what Redis is told')
        for (const { refreshToken } of [first, second]) {
          const spellings = [refreshToken, Buffer.from(refreshToken, 'base64url').toString('hex')]
          for (const spelling of spellings) assert.ok(!said.includes(spelling), 'Redis was told one')
        }
      } finally {
        transcript.close()
      }
    },
  },
  {
    id: 'R02',
    name: 'exchanges a refresh token once, and ends the family when it comes back',
    appliesTo: refreshes,
    async run(subject) {
      const first = await subject.loginPair()
      const second = grantOf(await subject.refresh(first.refreshToken), 'first refresh')
      assert.notEqual(second.refreshToken, first.refreshToken, 'another refresh token')
      assert.notEqual(second.credential, first.credential, 'another access token')
      assertAccepted(await subject.me(second.credential), USER, 'new access token')
      const third = grantOf(await subject.refresh(second.refreshToken), 'second refresh')
      await subject.advance(LEEWAY_SECONDS)
      assertInvalidGrant(await subject.refresh(first.refreshToken), 'a used token')
      assertInvalidGrant(await subject.refresh(third.refreshToken), 'the newest token of its family')
      assertInvalidGrant(await subject.refresh(second.refreshToken), 'the token between them')
    },
  },
  {
    id: 'R02',
    name: 'ends no other family of the subject with it',
    appliesTo: refreshes,
    async run(subject) {
      const [broken, other] = [await subject.loginPair(), await subject.loginPair()]
      grantOf(await subject.refresh(broken.refreshToken), 'refresh')
      await subject.advance(LEEWAY_SECONDS)
      assertInvalidGrant(await subject.refresh(broken.refreshToken), 'a used token')
      grantOf(await subject.refresh(other.refreshToken), 'the other family')
    },
  },
  {
    id: 'R02',
    name: 'refuses every refresh token but its own',
    appliesTo: refreshes,
    async run(subject) {
      const { refreshToken } = await subject.loginPair()
      for (const token of [
        'x',
        'A'.repeat(43),
        `${refreshToken}A`,
        refreshToken.slice(0, -1),
        refreshToken.toUpperCase(),
      ]) {
        assertInvalidGrant(await subject.refresh(token), `${token.length} characters`)
      }
      grantOf(await subject.refresh(refreshToken), 'its own')
    },
  },
  {
    id: 'R03',
    name: 'gives parallel refreshes with one token, on two nodes, one live successor at most',
    appliesTo: refreshes,
    async run(subject) {
      const other = await subject.otherNode()
      const { refreshToken } = await subject.loginPair()
      const replies = await Promise.all(
        Array.from({ length: PARALLEL }, (_, index) => (index % 2 ? other : subject).refresh(refreshToken)),
      )
      const granted = replies.filter(({ status }) => status === 200).map((reply) => grantOf(reply, 'refresh'))
      for (const reply of replies) if (reply.status !== 200) assertInvalidGrant(reply, 'a late one')
      assert.equal(new Set(granted.map((grant) => grant.refreshToken)).size, 1, 'successors')
    },
  },
  {
    id: 'R04',
    name: 'ends a family in the end, however often it is refreshed',
    appliesTo: refreshes,
    async run(subject) {
      // As rarely as the family allows: a step that is too long for an unused token is halved.
      const stepSeconds = await longestIdle(subject)
      let { refreshToken } = await subject.loginPair()
      for (let age = 0; age < LONGEST_LIFE_SECONDS; age += stepSeconds) {
        await subject.advance(stepSeconds)
        const reply = await subject.refresh(refreshToken)
        if (reply.status !== 200) return assertInvalidGrant(reply, 'over')
        refreshToken = grantOf(reply, 'refresh').refreshToken
      }
      assert.fail('still refreshed after a year')
    },
  },
  {
    id: 'R05',
    name: 'takes no refresh token for an access token, nor the reverse',
    appliesTo: refreshes,
    async run(subject) {
      const { credential, refreshToken } = await subject.loginPair()
      assertRefused(await subject.me(refreshToken), 'refresh token')
      assertRefused(await subject.logout(refreshToken), 'refresh token at logout')
      assertInvalidGrant(await subject.refresh(credential), 'access token')
      grantOf(await subject.refresh(refreshToken), 'refresh token, after all that')
    },
  },
  {
    id: 'R06',
    name: 'refreshes nothing after a logout everywhere, and for nobody else less',
    appliesTo: refreshes,
    async run(subject) {
      const [first, second, other] = [
        await subject.loginPair(),
        await subject.loginPair(),
        await subject.loginPair('someone'),
      ]
      assert.equal((await subject.logoutAll(first.credential)).status, 204)
      for (const { refreshToken } of [first, second]) {
        assertInvalidGrant(await subject.refresh(refreshToken), 'logged out everywhere')
      }
      grantOf(await subject.refresh(other.refreshToken), 'another subject')
    },
  },
  {
    id: 'R06',
    name: 'refreshes nothing after a logout',
    appliesTo: refreshes,
    async run(subject) {
      const [ended, other] = [await subject.loginPair(), await subject.loginPair()]
      assert.equal((await subject.logout(ended.credential)).status, 204)
      assertInvalidGrant(await subject.refresh(ended.refreshToken), 'logged out')
      grantOf(await subject.refresh(other.refreshToken), 'the other login')
    },
  },
]

/** Seconds for which an unused refresh token stays good, within a factor of two. */
async function longestIdle(subject: Subject): Promise<number> {
  for (let seconds = LONGEST_LIFE_SECONDS; seconds > 1; seconds /= 2) {
    const { refreshToken } = await subject.loginPair()
    await subject.advance(seconds)
    if ((await subject.refresh(refreshToken)).status === 200) return seconds
  }
  assert.fail('no refresh token lives longer than a second')
}

function grantOf(reply: Reply, what: string): Grant {
  assert.equal(reply.status, 200, `${what}: status`)
  assert.equal(reply.headers['cache-control'], 'no-store', `${what}: caching`)
  const { access_token, refresh_token } = JSON.parse(reply.body)
  assert.ok(typeof access_token === 'string' && typeof refresh_token === 'string', `${what}: both tokens`)
  return { credential: access_token, refreshToken: refresh_token }
}

/** RFC 6749 section 5.2, and no word about the reason. */
function assertInvalidGrant({ status, body }: Reply, what: string): void {
  assert.deepEqual([status, body], [400, '{"error":"invalid_grant"}'], what)
}
