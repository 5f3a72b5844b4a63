import assert from 'node:assert/strict'
import { COOKIE_NAME, MAX_CREDENTIAL_BYTES } from '../../contract.ts'
import { type ConformanceCase, isRevocable, rejectsSome, tokenAndSession, usesSessions } from '../case.ts'
import { spellingsOf } from '../formats/altered-credentials.ts'
import { loginRequest, refreshRequest, type Subject, USER } from '../harness/checked-server.ts'
import { assertAccepted, assertAllRefused, assertChallenged, assertRefused } from '../harness/expectations.ts'
import { cookieOf, type Header, type Reply, setCookieOf } from '../harness/raw-http.ts'

const MAX_COOKIE_BYTES = 4096
/** No session is longer. */
const DAY_SECONDS = 24 * 60 * 60
/** In one lifetime: whatever is renewed when half of it, or five minutes, have passed is renewed in between. */
const USES = 4

/** The same promises where a browser carries the credential, and those that only a browser makes necessary. */
export const cookieCases: readonly ConformanceCase[] = [
  {
    id: 'A02',
    name: 'accepts its own cookie, challenges a request without it',
    appliesTo: rejectsSome,
    transport: 'cookie',
    async run(subject) {
      const own = await subject.login()
      assertAccepted(await subject.me(own), USER, 'own cookie')
      assertChallenged(await subject.me(), 'no cookie')
      assertChallenged(await sendCookie(subject, `session=${own}`), 'other cookie')
      assertRefused(await subject.me('x'), 'garbage')
      assertRefused(await subject.me('A'.repeat(MAX_CREDENTIAL_BYTES + 1)), 'oversized')
    },
  },
  {
    id: 'C01',
    name: 'sets a cookie that scripts, other hosts and plain HTTP do not get',
    appliesTo: rejectsSome,
    transport: 'cookie',
    async run(subject) {
      const reply = await subject.requestLogin()
      assert.equal([reply.headers['set-cookie']].flat().length, 1, 'one cookie')
      const [pair = '', ...attributes] = setCookieOf(reply).split('; ')
      assert.equal(pair.split('=')[0], COOKIE_NAME)
      assert.ok(pair.length <= MAX_COOKIE_BYTES, `${pair.length} bytes`)
      const isAge = (attribute: string) => attribute.startsWith('Max-Age=')
      assert.deepEqual(attributes.filter((attribute) => !isAge(attribute)).toSorted(), [
        'HttpOnly',
        'Path=/',
        'SameSite=Lax',
        'Secure',
      ])
      const seconds = Number(attributes.find(isAge)?.slice('Max-Age='.length))
      // A session that uses prolong may outlive one lifetime; a token does not.
      const [least, most] = [
        subject.ttlSeconds,
        usesSessions(subject.strategy) ? DAY_SECONDS : subject.ttlSeconds,
      ]
      assert.ok(seconds >= least && seconds <= most, `Max-Age ${seconds}`)
    },
  },
  {
    id: 'C01',
    name: 'sets no lesser cookie where it renews, refreshes or ends a session',
    appliesTo: rejectsSome,
    transport: 'cookie',
    async run(subject) {
      const { credential, refreshToken } = await subject.loginPair()
      let own = credential
      for (let use = 1; use <= USES; use++) {
        await subject.advance(subject.ttlSeconds / (USES + 1))
        const reply = await subject.me(own)
        assertAccepted(reply, USER, `use ${use}`)
        assertGuarded(subject, reply, `use ${use}`)
        own = cookieOf(reply) || own
      }
      if (subject.strategy.refreshes) {
        const reply = await subject.refresh(refreshToken)
        assert.equal(reply.status, 200, 'refresh')
        assertGuarded(subject, reply, 'refresh')
        own = cookieOf(reply)
        assertAccepted(await subject.me(own), USER, 'the cookie of a refresh')
      }
      // Of another user: some strategies end all that a user has.
      const other = await subject.login('another-user')
      for (const [what, reply] of [
        ['logout', await subject.logout(own)],
        ['logout everywhere', await subject.logoutAll(other)],
      ] as const) {
        assert.equal(reply.status, 204, what)
        assertGuarded(subject, reply, what)
      }
    },
  },
  {
    id: 'C01',
    name: 'takes the cookie back at logout',
    appliesTo: rejectsSome,
    transport: 'cookie',
    async run(subject) {
      const own = await subject.login()
      const reply = await subject.logout(own)
      assert.equal(reply.status, 204)
      assert.match(setCookieOf(reply), new RegExp(`^${COOKIE_NAME}=; Max-Age=0;`))
    },
  },
  {
    id: 'C02',
    name: 'refuses a change that another site asks for, and makes one that its own pages ask for',
    appliesTo: rejectsSome,
    transport: 'cookie',
    async run(subject) {
      const own = await subject.login()
      for (const path of ['/logout', '/logout-all']) {
        for (const [what, headers] of fromElsewhere(subject)) {
          assertForbidden(await postWith(subject, path, own, headers), `${path}, ${what}`)
        }
      }
      assertAccepted(await subject.me(own), USER, 'nothing was changed')
      for (const headers of [subject.sameSite, [['sec-fetch-site', 'same-origin']] as const]) {
        const reply = await postWith(subject, '/logout', await subject.login(), headers)
        assert.equal(reply.status, 204, 'from its own pages')
      }
    },
  },
  {
    id: 'C02',
    name: 'refuses a refresh that another site asks for, and makes one that its own pages ask for',
    appliesTo: ({ refreshes }) => refreshes,
    transport: 'cookie',
    async run(subject) {
      const { credential, refreshToken } = await subject.loginPair()
      const cookie: Header = ['cookie', `${COOKIE_NAME}=${credential}`]
      for (const [what, headers] of fromElsewhere(subject)) {
        const reply = await subject.send(refreshRequest(refreshToken, [cookie, ...headers]))
        assertForbidden(reply, `refresh, ${what}`)
        assert.equal(setCookieOf(reply), '', 'no cookie')
      }
      assert.equal((await subject.refresh(refreshToken)).status, 200, 'the token is still unused')
    },
  },
  {
    id: 'C03',
    name: 'lets no other site log somebody in',
    appliesTo: rejectsSome,
    transport: 'cookie',
    async run(subject) {
      const { headers: contentType = [], ...login } = loginRequest(USER)
      for (const [what, headers] of fromElsewhere(subject)) {
        const reply = await subject.send({ ...login, headers: [...contentType, ...headers] })
        assertForbidden(reply, `login, ${what}`)
        assert.equal(setCookieOf(reply), '', 'no cookie')
      }
      const form = ['content-type', 'application/x-www-form-urlencoded'] as const
      const reply = await subject.send({ ...login, headers: [form, ...subject.sameSite], body: 'subject=x' })
      assert.equal(reply.status, 415, 'a form')
    },
  },
  {
    id: 'C03',
    name: 'changes nothing at a GET, also when it calls itself a POST',
    appliesTo: (strategy) => rejectsSome(strategy) && isRevocable(strategy),
    transport: 'cookie',
    async run(subject) {
      const own = await subject.login()
      const cookie: Header = ['cookie', `${COOKIE_NAME}=${own}`]
      const disguises: readonly Header[] = [
        ['accept', '*/*'],
        ['x-http-method-override', 'POST'],
        ['x-http-method', 'POST'],
        ['x-method-override', 'POST'],
      ]
      for (const path of ['/logout', '/logout?_method=POST', '/logout-all', '/login?subject=x']) {
        for (const disguise of disguises) {
          const reply = await subject.send({ path, headers: [cookie, disguise, ...subject.sameSite] })
          assert.equal(reply.status, 404, `GET ${path} with ${disguise[0]}`)
        }
      }
      assertAccepted(await subject.me(own), USER, 'nothing was changed')
    },
  },
  ...tokenAndSession('J05', 'S08', {
    name: 'rejects every other spelling of the same cookie',
    transport: 'cookie',
    async run(subject) {
      const spellings = spellingsOf(await subject.login())
      // A cookie may be quoted (RFC 6265 section 4.1.1): the quotes are not part of it.
      await assertAllRefused(
        subject,
        spellings.filter(([what]) => what !== 'quotes'),
      )
    },
  }),
  {
    id: 'C05',
    name: 'reads the credential from the cookie only, and only from one',
    appliesTo: rejectsSome,
    transport: 'cookie',
    async run(subject) {
      const own = await subject.login()
      const pair = `${COOKIE_NAME}=${own}`
      const bearer = ['authorization', `Bearer ${own}`] as const
      assertChallenged(await subject.send({ path: '/me', headers: [bearer] }), 'bearer')
      assertAccepted(await sendCookie(subject, `theme=dark; ${pair}; x${pair}`), USER, 'among other cookies')
      assertRefused(await sendCookie(subject, `${pair}; ${pair}`), 'twice')
      assertRefused(await sendCookie(subject, `${COOKIE_NAME}=x;${pair}`), 'a bad one first')
      assertRefused(await sendCookie(subject, pair, `${COOKIE_NAME}=x`), 'in two headers')
    },
  },
]

/** What a browser says of requests that other pages make, and what something says that is no browser. */
function fromElsewhere({ sameSite }: Subject): (readonly [string, readonly Header[]])[] {
  const own = sameSite.map(([, origin]) => origin)[0] ?? ''
  return [
    ['no origin', []],
    ['another origin', [['origin', 'https://evil.example.test']]],
    ['an origin that starts like its own', [['origin', `${own}.evil.example.test`]]],
    ['another port', [['origin', 'http://127.0.0.1:1']]],
    ['a sandboxed page', [['origin', 'null']]],
    ['a neighbour', [['sec-fetch-site', 'same-site'], ...sameSite]],
    ['another site', [['sec-fetch-site', 'cross-site'], ...sameSite]],
    ['the address bar', [['sec-fetch-site', 'none']]],
    ['only a referrer', [['referer', `${own}/`]]],
  ]
}

function postWith(
  subject: Subject,
  path: string,
  credential: string,
  headers: readonly Header[],
): Promise<Reply> {
  return subject.send({
    method: 'POST',
    path,
    headers: [['cookie', `${COOKIE_NAME}=${credential}`], ...headers],
  })
}

/** Every cookie of the reply. Without `Domain`, it is for this host only. */
function assertGuarded({ ttlSeconds }: Subject, { headers }: Reply, what: string): void {
  const cookies = [headers['set-cookie'] ?? []].flat()
  for (const cookie of cookies) {
    const [, ...attributes] = cookie.toLowerCase().split(/;\s*/)
    for (const wanted of ['httponly', 'secure', 'path=/'])
      assert.ok(attributes.includes(wanted), `${what}: ${wanted}`)
    assert.ok(
      attributes.some((attribute) => /^samesite=(lax|strict)$/.test(attribute)),
      `${what}: SameSite`,
    )
    assert.ok(!attributes.some((attribute) => attribute.startsWith('domain')), `${what}: for other hosts too`)
    const age = attributes.find((attribute) => attribute.startsWith('max-age='))?.slice('max-age='.length)
    assert.ok(Number(age ?? 0) <= ttlSeconds, `${what}: Max-Age ${age}`)
  }
}

function assertForbidden({ status, body }: Reply, what: string): void {
  assert.equal(status, 403, `${what}: status`)
  assert.equal(body, '{"error":"forbidden"}', `${what}: body`)
}

function sendCookie(subject: Subject, ...values: string[]): Promise<Reply> {
  return subject.send({ path: '/me', headers: values.map((value) => ['cookie', value]) })
}
