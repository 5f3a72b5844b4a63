import assert from 'node:assert/strict'
import { COOKIE_NAME, MAX_CREDENTIAL_BYTES } from '../contract.ts'
import { type ConformanceCase, rejectsSome } from './case.ts'
import { assertAccepted, assertChallenged, assertRefused } from './expectations.ts'
import { loginRequest, openSubject, type Reply, type Subject, setCookieOf, USER } from './subject.ts'

/** The same promises where a browser carries the credential. */
export const cookieCases: readonly ConformanceCase[] = [
  {
    name: 'accepts its own cookie, challenges a request without it',
    appliesTo: rejectsSome,
    run: withCookies(async (subject) => {
      const own = await subject.login()
      assertAccepted(await subject.me(own), USER, 'own cookie')
      assertChallenged(await subject.me(), 'no cookie')
      assertChallenged(await sendCookie(subject, `session=${own}`), 'other cookie')
      assertRefused(await subject.me('x'), 'garbage')
      assertRefused(await subject.me('A'.repeat(MAX_CREDENTIAL_BYTES + 1)), 'oversized')
    }),
  },
  {
    name: 'sets a cookie that scripts, other hosts and plain HTTP do not get',
    appliesTo: rejectsSome,
    run: withCookies(async (subject) => {
      const reply = await subject.send(loginRequest(USER))
      const [pair, ...attributes] = setCookieOf(reply).split('; ')
      assert.equal(pair?.split('=')[0], COOKIE_NAME)
      assert.deepEqual(attributes.toSorted(), [
        'HttpOnly',
        `Max-Age=${subject.ttlSeconds}`,
        'Path=/',
        'SameSite=Lax',
        'Secure',
      ])
    }),
  },
  {
    name: 'reads the credential from the cookie only, and only from one',
    appliesTo: rejectsSome,
    run: withCookies(async (subject) => {
      const own = await subject.login()
      const pair = `${COOKIE_NAME}=${own}`
      const bearer = ['authorization', `Bearer ${own}`] as const
      assertChallenged(await subject.send({ path: '/me', headers: [bearer] }), 'bearer')
      assertAccepted(await sendCookie(subject, `theme=dark; ${pair}; x${pair}`), USER, 'among other cookies')
      assertRefused(await sendCookie(subject, `${pair}; ${pair}`), 'twice')
      assertRefused(await sendCookie(subject, `${COOKIE_NAME}=x;${pair}`), 'a bad one first')
      assertRefused(await sendCookie(subject, pair, `${COOKIE_NAME}=x`), 'in two headers')
    }),
  },
  {
    name: 'takes the cookie back at logout',
    appliesTo: rejectsSome,
    run: withCookies(async (subject) => {
      const own = await subject.login()
      const reply = await subject.logout(own)
      assert.equal(reply.status, 204)
      assert.match(setCookieOf(reply), new RegExp(`^${COOKIE_NAME}=; Max-Age=0;`))
      const { status } = await subject.me(own)
      assert.equal(status, subject.strategy.revocation.effect === 'immediate' ? 401 : 200)
    }),
  },
]

function sendCookie(subject: Subject, ...values: string[]): Promise<Reply> {
  return subject.send({ path: '/me', headers: values.map((value) => ['cookie', value]) })
}

/** A second server of the same strategy, with the other transport. */
function withCookies(run: (subject: Subject) => Promise<void>): ConformanceCase['run'] {
  return async ({ strategy, environment }) => {
    const subject = await openSubject(strategy, environment, { transport: 'cookie' })
    try {
      await run(subject)
    } finally {
      await subject.close()
    }
  }
}
