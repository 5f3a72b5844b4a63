import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { type ConformanceCase, usesSessions } from '../case.ts'
import { openForger } from '../formats/forger.ts'
import { loginRequest, USER } from '../harness/checked-server.ts'
import { assertAccepted, assertRefused, assertRefusedInTime } from '../harness/expectations.ts'
import { assertRandom } from '../harness/randomness.ts'
import { setCookieOf } from '../harness/raw-http.ts'

/** As many as a store takes in a moment; of the generator behind them the unit test looks at more. */
const IDS = 2000
/** Sessions that use prolongs may live on, but not for ever; in lifetimes of an unused one. */
const LONGEST_LIFE = 200

/** Of credentials that name an entry on the server. */
export const sessionCases: readonly ConformanceCase[] = [
  {
    id: 'S01',
    name: `gives ${IDS} ids without a repetition and without a pattern`,
    appliesTo: usesSessions,
    async run(subject) {
      assertRandom(await subject.issue(Array.from({ length: IDS }, (_, index) => `user-${index}`)))
    },
  },
  {
    id: 'S03',
    name: 'does not adopt an id that came with the login',
    appliesTo: usesSessions,
    transport: 'cookie',
    async run(subject) {
      const chosen = randomBytes(32).toString('base64url')
      const cookie = ['cookie', `__Host-session=${chosen}`] as const
      const { headers = [], ...request } = loginRequest(USER)
      const reply = await subject.send({ ...request, headers: [...subject.sameSite, ...headers, cookie] })
      assert.equal(reply.status, 200, 'login')
      assert.ok(!setCookieOf(reply).includes(chosen), 'the new id is another one')
      assertRefused(await subject.me(chosen), 'the chosen id')
    },
  },
  {
    id: 'S03',
    name: 'ends the session that a new login takes the place of',
    appliesTo: usesSessions,
    transport: 'cookie',
    async run(subject) {
      const old = await subject.login()
      const cookie = ['cookie', `__Host-session=${old}`] as const
      const { headers = [], ...request } = loginRequest('someone')
      const reply = await subject.send({ ...request, headers: [...subject.sameSite, ...headers, cookie] })
      assert.equal(reply.status, 200, 'login')
      await assertRefusedInTime(subject, old, 'the old session')
    },
  },
  {
    id: 'S04',
    name: 'ends a session in the end, however often it is used',
    appliesTo: usesSessions,
    async run(subject) {
      let own = await subject.login()
      for (let half = 1; half < 2 * LONGEST_LIFE; half++) {
        await subject.advance(subject.ttlSeconds / 2)
        const reply = await subject.me(own)
        if (reply.status === 401) return assertRefused(reply, 'over')
        assertAccepted(reply, USER, 'in use')
        own = String(reply.headers['set-auth-token'] ?? own)
      }
      assert.fail(`still accepted after ${LONGEST_LIFE} lifetimes`)
    },
  },
  {
    id: 'S08',
    name: 'takes no signed token for the name of a session',
    appliesTo: usesSessions,
    async run(subject) {
      await openForger(subject)
    },
  },
]
