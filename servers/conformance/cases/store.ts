import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { StrategyInfo } from '../../../src/results/strategy-info.ts'
import { asksRedis, type ConformanceCase, revocationLagMs } from '../case.ts'
import { redisOf, type Subject, USER } from '../harness/checked-server.ts'
import { assertAccepted, assertChallenged, LONGEST_WAIT_MS, until } from '../harness/expectations.ts'
import { TooLateError } from '../harness/own-delay.ts'
import type { Reply } from '../harness/raw-http.ts'

/** An outage has to show within this time, and has to be over within it once the store is back. */
const OUTAGE_DEADLINE_MS = 1000
const REQUESTS = 20

/** The access token itself needs no store; getting one does. */
const needsNoStoreToVerify = ({ refreshes, roundTrips, cache }: StrategyInfo) =>
  refreshes && roundTrips === 0 && cache === null
/** Others only sign. */
const storesAtLogin = ({ state, refreshes }: StrategyInfo) => state === 'stateful' || refreshes
const asksRedisItself = (strategy: StrategyInfo) =>
  asksRedis(strategy) && !strategy.needs.includes('auth-server')

/** How long a good credential may go on without its store: what is cached, and what a feed may be late. */
function outageLagMs(strategy: StrategyInfo): number {
  if (strategy.roundTrips > 0) return 0
  return Math.max(revocationLagMs(strategy), (strategy.cache?.seconds ?? 0) * 1000)
}

export const storeCases: readonly ConformanceCase[] = [
  {
    id: 'A01',
    name: 'answers 503 while Redis is silent, and recovers by itself',
    appliesTo: asksRedis,
    async run(subject) {
      const redis = redisOf(subject)
      const own = await subject.login()
      assertAccepted(await subject.me(own), USER, 'before')
      redis.pause()
      try {
        await assertOutageShows(subject, own)
        assertUnavailable(await subject.logout(own), 'logout')
        if (storesAtLogin(subject.strategy)) assertUnavailable(await subject.requestLogin(), 'login')
        await assertServesTheRest(subject)
      } finally {
        redis.resume()
      }
      await recovered(subject)
      assertAccepted(await subject.me(own), USER, 'same credential, after the silence')
    },
  },
  {
    id: 'A01',
    name: 'answers 503 while Redis is gone, and recovers by itself',
    appliesTo: asksRedis,
    async run(subject) {
      const redis = redisOf(subject)
      const own = await subject.login()
      await redis.kill()
      try {
        await assertOutageShows(subject, own)
        await assertServesTheRest(subject)
      } finally {
        await redis.restart()
      }
      await recovered(subject)
    },
  },
  {
    id: 'A01',
    name: 'asks Redis as often per request as it declares, and not at all without a credential',
    appliesTo: asksRedisItself,
    async run(subject) {
      const own = await subject.login()
      await subject.me(own)
      const transcript = await redisOf(subject).listen()
      const during = async (work: () => Promise<unknown>) => {
        const before = trips(await transcript.commands())
        await work()
        return trips(await transcript.commands()) - before
      }
      // A feed or a heartbeat says something now and then, and more of it the longer a slow machine takes: as much as while nobody asks.
      const tripsPerRequest = async (credential?: string) => {
        const startedAt = performance.now()
        const spoken = await during(async () => {
          for (let request = 0; request < REQUESTS; request++) await subject.me(credential)
        })
        const elapsedMs = performance.now() - startedAt
        const unasked = subject.strategy.background === true ? await during(() => delay(elapsedMs)) : 0
        return Math.max(0, Math.round((spoken - unasked) / REQUESTS))
      }
      // What was lost in an outage is asked for, and connections are set up anew, until everything is known again.
      const settlesAt = (declared: number, what: string, credential?: string) =>
        until(subject, revocationLagMs(subject.strategy), OUTAGE_DEADLINE_MS, async () => {
          const asked = await tripsPerRequest(credential)
          return asked === declared ? null : `${asked} trips for a request with ${what}, ${declared} declared`
        })
      try {
        await settlesAt(0, 'no credential')
        await settlesAt(subject.strategy.roundTrips, 'a good credential', own)
      } finally {
        transcript.close()
      }
    },
  },
  {
    id: 'S02',
    name: 'never tells Redis a credential',
    appliesTo: asksRedis,
    async run(subject) {
      const transcript = await redisOf(subject).listen()
      try {
        const { credential, refreshToken } = await subject.loginPair()
        await subject.me(credential)
        if (refreshToken !== '') await subject.refresh(refreshToken)
        await subject.logout(credential)
        const commands = await transcript.commands()
        assert.ok(commands.length > 0, 'the transcript shows what Redis is told')
        const said = commands.join('\n')
        for (const part of secretsOf(credential, refreshToken)) {
          assert.ok(!said.includes(part), `Redis was told ${part.length} characters`)
        }
      } finally {
        transcript.close()
      }
    },
  },
  {
    id: 'S02',
    name: 'writes no credential to its file',
    appliesTo: ({ needs }) => needs.includes('sqlite'),
    async run(subject) {
      const own = await subject.login()
      const files = await readdir(subject.folder)
      assert.ok(files.length > 0, 'the file is there')
      const texts = await Promise.all(files.map((file) => readFile(join(subject.folder, file), 'latin1')))
      for (const part of secretsOf(own)) {
        assert.ok(!texts.join().includes(part), `a file has ${part.length} characters of it`)
      }
    },
  },
]

/** Whatever in it is long enough to be a secret, in both spellings that a store may have. */
function secretsOf(...credentials: string[]): string[] {
  const parts = credentials.flatMap((credential) => [credential, ...credential.split('.')])
  const long = parts.filter((part) => part.length >= 16)
  return long.flatMap((part) => [part, Buffer.from(part, 'base64url').toString('hex')])
}

/** What a script says inside Redis is no trip, and neither are the parts of a transaction. */
function trips(commands: readonly string[]): number {
  let inTransaction = false
  let count = 0
  for (const command of commands) {
    if (/\[\d+ lua\]/.test(command)) continue
    if (/"exec"/i.test(command)) inTransaction = false
    if (!inTransaction) count += 1
    if (/"multi"/i.test(command)) {
      inTransaction = true
      count -= 1
    }
  }
  return count
}

/** At once where every request asks; otherwise when what is known here is too old to go by. */
async function assertOutageShows(subject: Subject, credential: string): Promise<void> {
  const { strategy } = subject
  if (needsNoStoreToVerify(strategy)) {
    assertAccepted(await subject.me(credential), USER, 'an access token')
    return
  }
  const lagMs = outageLagMs(strategy)
  if (lagMs > LONGEST_WAIT_MS) subject.tick(lagMs / 1000)
  if (lagMs > 0 && lagMs <= LONGEST_WAIT_MS) {
    await until(subject, lagMs, OUTAGE_DEADLINE_MS, async () => {
      const reply = await subject.me(credential)
      if (reply.status === 503) return null
      assertAccepted(reply, USER, 'from what is known')
      return `still 200 ${lagMs + OUTAGE_DEADLINE_MS} ms after Redis went`
    })
  }
  // The first is in flight when the silence is noticed; the second comes after it.
  for (const what of ['first request', 'second request'])
    assertUnavailable(await subject.me(credential), what)
}

function assertUnavailable(reply: Reply, what: string): void {
  assert.equal(reply.status, 503, `${what}: status`)
  assert.match(String(reply.headers['retry-after']), /^[1-9]\d*$/, `${what}: Retry-After in seconds`)
  assert.equal(reply.headers['set-cookie'], undefined, `${what}: an outage is not a logout`)
  const { elapsedMs, lateMs } = reply
  if (elapsedMs - lateMs >= OUTAGE_DEADLINE_MS) {
    const late = `of which this machine was late by ${Math.round(lateMs)} ms`
    throw new TooLateError({ message: `${what}: took ${Math.round(elapsedMs)} ms, ${late}` })
  }
}

/** What needs no store is answered as ever. */
async function assertServesTheRest(subject: Subject): Promise<void> {
  assert.equal((await subject.send({ path: '/health' })).status, 200, 'health')
  assertChallenged(await subject.me(), 'no credential')
}

function recovered(subject: Subject): Promise<void> {
  const lagMs = Math.min(revocationLagMs(subject.strategy), LONGEST_WAIT_MS)
  return until(subject, lagMs, OUTAGE_DEADLINE_MS, async () => {
    const login = await subject.requestLogin()
    const { status } = login.status === 200 ? await subject.me(JSON.parse(login.body).access_token) : login
    return status === 200 ? null : `still ${status} after Redis came back`
  })
}
