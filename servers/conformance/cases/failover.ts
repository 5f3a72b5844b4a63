import assert from 'node:assert/strict'
import { asksRedis, type ConformanceCase, isRevocable, revocationLagMs } from '../case.ts'
import { NotTestable } from '../formats/minter.ts'
import { redisOf, type Subject } from '../harness/checked-server.ts'
import { assertAccepted, assertRefusedInTime, LONGEST_WAIT_MS, until } from '../harness/expectations.ts'

/** So many that each server has some of their keys. */
const USERS = Array.from({ length: 12 }, (_, index) => `user-${index}`)
/** The replica serves by then: what is left is for the strategy to find it. */
const FOUND_MS = 1000

/** Of a cluster, one server after the other. */
export const failoverCases: readonly ConformanceCase[] = [
  {
    id: 'A01',
    name: 'goes on when a replica takes the place of a master of its cluster, and forgets neither users nor logouts',
    appliesTo: asksRedis,
    async run(subject) {
      const redis = redisOf(subject)
      const { failOver } = redis
      if (failOver === undefined) throw new NotTestable('a Redis without replicas')
      await loginsServed(subject)
      const credentials = await subject.issue(USERS)
      const left = await subject.login('leaver')
      assert.equal((await subject.logout(left)).status, 204, 'logout')
      try {
        for (const place of failOver.masters) {
          await failOver.of(place)
          await served(subject, credentials)
          await loginsServed(subject)
          if (isRevocable(subject.strategy))
            await assertRefusedInTime(subject, left, `logged out before server ${place + 1} failed`)
        }
      } finally {
        await redis.kill()
        await redis.restart()
      }
      await loginsServed(subject)
    },
  },
]

/** Of all users, whose entries are on all servers. */
function loginsServed(subject: Subject): Promise<void> {
  return until(subject, lagOf(subject), FOUND_MS, async () => {
    const replies = await Promise.all(USERS.map((user) => subject.requestLogin(user)))
    const waiting = replies.filter(({ status }) => status !== 200)
    return waiting.length === 0 ? null : `${waiting.length} logins still get ${waiting[0]?.status}`
  })
}

const lagOf = ({ strategy }: Subject) => Math.min(revocationLagMs(strategy), LONGEST_WAIT_MS)

/** Nobody is logged out meanwhile, whatever has to wait. */
function served(subject: Subject, credentials: readonly string[]): Promise<void> {
  return until(subject, lagOf(subject), FOUND_MS, async () => {
    const replies = await Promise.all(credentials.map((credential) => subject.me(credential)))
    for (const [index, reply] of replies.entries())
      if (reply.status !== 503) assertAccepted(reply, USERS[index] ?? '', 'after the failover')
    const waiting = replies.filter(({ status }) => status === 503).length
    return waiting === 0 ? null : `${waiting} of ${replies.length} users still get 503 after the failover`
  })
}
