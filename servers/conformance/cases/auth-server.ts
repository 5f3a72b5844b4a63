import assert from 'node:assert/strict'
import type { StrategyInfo } from '../../../src/results/strategy-info.ts'
import { type ConformanceCase, usesSessions } from '../case.ts'
import { openSubject, type Subject, USER } from '../harness/checked-server.ts'
import { assertAccepted } from '../harness/expectations.ts'
import { type Header, type Reply, sendTo } from '../harness/raw-http.ts'

const asksAuthServer = ({ needs }: StrategyInfo) => needs.includes('auth-server')
const introspects = (strategy: StrategyInfo) => asksAuthServer(strategy) && usesSessions(strategy)

/** Between a resource server and its authorization server. */
export const authServerCases: readonly ConformanceCase[] = [
  {
    id: 'A03',
    name: 'has its token explained by an auth server that asks who is asking',
    appliesTo: introspects,
    async run(subject) {
      const own = await subject.login()
      const { clientId, clientSecret } = authServerOf(subject).address
      const strangers: readonly (readonly [string, readonly Header[]])[] = [
        ['nobody', []],
        ['a wrong secret', [basic(clientId, 'x')]],
        ['no secret', [basic(clientId, '')]],
        ['another client', [basic('someone', clientSecret)]],
        ['a token', [['authorization', `Bearer ${own}`]]],
      ]
      for (const [who, headers] of strangers) {
        const reply = await introspect(subject, own, headers)
        assert.equal(reply.status, 401, `${who}: status`)
        assert.ok(!reply.body.includes('active'), `${who}: says nothing about the token`)
      }
    },
  },
  {
    id: 'A03',
    name: 'is told of a token that is unknown, expired or revoked that it is not active, and no more',
    appliesTo: introspects,
    async run(subject) {
      const ask = async (token: string) => {
        const { clientId, clientSecret } = authServerOf(subject).address
        const { status, body } = await introspect(subject, token, [basic(clientId, clientSecret)])
        return [status, body]
      }
      const inactive = [200, '{"active":false}']
      const [own, revoked] = [await subject.login(), await subject.login()]
      const [, body = ''] = await ask(own)
      assert.equal(JSON.parse(String(body)).active, true, 'a good one')
      await subject.logout(revoked)
      for (const token of ['x', 'A'.repeat(43), revoked]) {
        assert.deepEqual(await ask(token), inactive, `${token.length} characters`)
      }
      await subject.advance(subject.ttlSeconds)
      assert.deepEqual(await ask(own), inactive, 'expired')
    },
  },
  {
    id: 'A01',
    name: 'answers 503 where it would have to ask while the auth server is away',
    appliesTo: asksAuthServer,
    async run({ strategy, environment }) {
      const subject = await openSubject(strategy, environment)
      try {
        const own = await subject.login()
        assertAccepted(await subject.me(own), USER, 'before')
        await authServerOf(subject).close()
        assert.equal((await subject.requestLogin()).status, 503, 'login')
        if (introspects(strategy)) {
          await subject.advance(strategy.cache?.seconds ?? 0)
          const reply = await subject.me(own)
          assert.deepEqual(
            [reply.status, reply.headers['retry-after']],
            [503, '1'],
            'what has to be asked about',
          )
        } else {
          assertAccepted(await subject.me(own), USER, 'what its keys verify')
        }
      } finally {
        await subject.close()
      }
    },
  },
]

function authServerOf({ authServer }: Subject): NonNullable<Subject['authServer']> {
  assert.ok(authServer !== null, 'there is an auth server')
  return authServer
}

function basic(id: string, secret: string): Header {
  return ['authorization', `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`]
}

function introspect(subject: Subject, token: string, headers: readonly Header[]): Promise<Reply> {
  return sendTo(authServerOf(subject).address.origin, {
    method: 'POST',
    path: '/introspect',
    headers: [['content-type', 'application/x-www-form-urlencoded'], ...headers],
    body: new URLSearchParams({ token }).toString(),
  })
}
