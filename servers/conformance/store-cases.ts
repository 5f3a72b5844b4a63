import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { asksRedis, type ConformanceCase } from './case.ts'
import { assertAccepted, assertChallenged } from './expectations.ts'
import { loginRequest, type Reply, type Subject, USER } from './subject.ts'

/** An outage has to show within this time, and has to be over within it once the store is back. */
const OUTAGE_DEADLINE_MS = 1000
const POLL_MS = 10

export const storeCases: readonly ConformanceCase[] = [
  {
    name: 'answers 503 while Redis is silent, and recovers by itself',
    appliesTo: asksRedis,
    async run(subject) {
      const { redis } = subject.environment
      const own = await subject.login()
      redis.pause()
      try {
        // The first is in flight when the silence is noticed; the second comes after it.
        assertUnavailable(await subject.me(own), 'first request')
        assertUnavailable(await subject.me(own), 'second request')
        assertUnavailable(await subject.logout(own), 'logout')
        await assertServesTheRest(subject)
      } finally {
        redis.resume()
      }
      await recovered(() => subject.me(own))
      assertAccepted(await subject.me(own), USER, 'same credential, after the silence')
    },
  },
  {
    name: 'answers 503 while Redis is gone, and recovers by itself',
    appliesTo: asksRedis,
    async run(subject) {
      const { redis } = subject.environment
      const own = await subject.login()
      await redis.kill()
      try {
        for (const what of ['first request', 'second request']) assertUnavailable(await subject.me(own), what)
        await assertServesTheRest(subject)
      } finally {
        await redis.restart()
      }
      await recovered(async () => {
        const login = await subject.send(loginRequest(USER))
        return login.status === 200 ? subject.me(JSON.parse(login.body).access_token) : login
      })
    },
  },
  {
    name: 'never tells Redis a credential',
    appliesTo: asksRedis,
    async run(subject) {
      const transcript = await subject.environment.redis.listen()
      try {
        const own = await subject.login()
        await subject.me(own)
        await subject.logout(own)
        const commands = await transcript.commands()
        assert.ok(commands.length > 0, 'the transcript shows what Redis is told')
        for (const part of own.split('.')) {
          assert.ok(
            !commands.some((command) => command.includes(part)),
            `Redis was told ${part.length} characters`,
          )
        }
        if (subject.strategy.state === 'stateful') {
          const digest = hash('sha256', own, 'base64url')
          assert.ok(
            commands.every((command) => command.includes(digest)),
            'Redis was told the hash',
          )
        }
      } finally {
        transcript.close()
      }
    },
  },
  {
    name: 'asks Redis once per request, and not at all without a credential',
    appliesTo: asksRedis,
    async run(subject) {
      const own = await subject.login()
      const transcript = await subject.environment.redis.listen()
      try {
        await subject.me()
        assert.equal((await transcript.commands()).length, 0, 'without a credential')
        await subject.me(own)
        assert.equal((await transcript.commands()).length, 1, 'with a credential')
      } finally {
        transcript.close()
      }
    },
  },
]

function assertUnavailable(reply: Reply, what: string): void {
  assert.equal(reply.status, 503, `${what}: status`)
  assert.match(String(reply.headers['retry-after']), /^[1-9]\d*$/, `${what}: Retry-After in seconds`)
  assert.equal(reply.headers['set-cookie'], undefined, `${what}: an outage is not a logout`)
  assert.ok(reply.elapsedMs < OUTAGE_DEADLINE_MS, `${what}: took ${Math.round(reply.elapsedMs)} ms`)
}

/** What needs no store is answered as ever. */
async function assertServesTheRest(subject: Subject): Promise<void> {
  assert.equal((await subject.send({ path: '/health' })).status, 200, 'health')
  assertChallenged(await subject.me(), 'no credential')
}

async function recovered(attempt: () => Promise<Reply>): Promise<void> {
  const deadline = performance.now() + OUTAGE_DEADLINE_MS
  for (;;) {
    const { status } = await attempt()
    if (status === 200) return
    assert.ok(performance.now() < deadline, `still ${status} ${OUTAGE_DEADLINE_MS} ms after Redis came back`)
    await delay(POLL_MS)
  }
}
