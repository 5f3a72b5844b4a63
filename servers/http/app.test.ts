import type { FastifyInstance } from 'fastify'
import { afterEach, describe, expect, test } from 'vitest'
import { type Authenticator, MAX_CREDENTIAL_BYTES, StoreUnavailableError } from '../contract.ts'
import { STRATEGIES } from '../registry.ts'
import { testDeps } from '../testing/test-deps.ts'
import { DEFAULT_TOKEN_PROFILE } from '../tokens/default-profile.ts'
import { buildApp } from './app.ts'

const USER = 'user-0000000'
const apps: FastifyInstance[] = []

afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.close()))
})

async function appWith(authenticator: Authenticator): Promise<FastifyInstance> {
  const app = await buildApp(authenticator, { transport: 'bearer', ttlSeconds: 60 })
  apps.push(app)
  return app
}

/** Answers every call in the same way. */
function authenticatorThat(answer: () => Promise<never>): Authenticator {
  return { issue: answer, verify: answer, revoke: answer, close() {} }
}

const bearer = (credential: string) => ({ authorization: `Bearer ${credential}` })

/** Those that open without another process beside them, and ask for nothing but their credential. */
const alone = Object.values(STRATEGIES).filter(
  ({ needs, proof }) => needs.every((need) => need === 'memory') && proof === undefined,
)

describe('replies', () => {
  test('are the same bytes for every strategy, heads included', async () => {
    const replies = await Promise.all(
      alone.map(async (strategy) => {
        const authenticator = await strategy.open(await testDeps())
        const app = await appWith(authenticator)
        const credential = await authenticator.issue(USER)
        const { statusCode, headers, body } = await app.inject({ url: '/me', headers: bearer(credential) })
        return { statusCode, headers: { ...headers, date: 'any' }, body }
      }),
    )
    expect(replies.length).toBeGreaterThan(1)
    for (const reply of replies) expect(reply).toEqual(replies[0])
    expect(replies[0]?.body).toBe(JSON.stringify({ sub: USER, claims: DEFAULT_TOKEN_PROFILE.claims }))
  })

  test('carry claims of any shape unchanged', async () => {
    const claims = { list: [1, { a: null }], nothing: null, text: 'ü"\\\u2028', number: 1e21, truth: true }
    const identity = { sub: 'ü"\\', claims }
    const app = await appWith({ issue: () => 'x', verify: () => identity, revoke() {}, close() {} })
    expect((await app.inject('/me')).body).toBe(JSON.stringify(identity))
  })
})

describe('a store that is away', () => {
  test.each(['/me', '/logout', '/login'] as const)('gives 503 with Retry-After on %s', async (url) => {
    const unavailable = async () => {
      throw new StoreUnavailableError(new Error('secret detail'))
    }
    const app = await appWith(authenticatorThat(unavailable))
    const method = url === '/me' ? 'GET' : 'POST'
    const payload = url === '/login' ? { payload: { subject: 'someone' } } : {}
    const reply = await app.inject({ method, url, headers: bearer('x'), ...payload })
    expect([reply.statusCode, reply.headers['retry-after'], reply.body]).toEqual([
      503,
      '1',
      '{"error":"store unavailable"}',
    ])
    expect(reply.headers['set-cookie']).toBeUndefined()
  })
})

test.each([
  ['GET', '/me', 'new'],
  ['POST', '/logout', undefined],
  ['POST', '/logout-all', undefined],
] as const)('%s %s hands out a renewed credential: %s', async (method, url, renewed) => {
  const verify = () => ({ sub: 'x', claims: {}, renewed: 'new' })
  const app = await appWith({ issue: () => 'x', verify, revoke() {}, revokeAll() {}, close() {} })
  const reply = await app.inject({ method, url, headers: bearer('x') })
  expect(reply.statusCode).toBeLessThan(300)
  expect(reply.headers['set-auth-token']).toBe(renewed)
})

test('an error nobody expected gives 500 and no detail', async () => {
  const broken = async () => {
    throw Object.assign(new Error('secret detail'), { statusCode: 200 })
  }
  const reply = await (await appWith(authenticatorThat(broken))).inject('/me')
  expect([reply.statusCode, reply.body]).toEqual([500, '{"error":"internal error"}'])
})

test('a credential that is too long never reaches the strategy', async () => {
  const seen: (string | undefined)[] = []
  const app = await appWith({
    issue: () => 'x',
    verify(credential) {
      seen.push(credential)
      return null
    },
    revoke() {},
    close() {},
  })
  const longest = 'A'.repeat(MAX_CREDENTIAL_BYTES)
  expect((await app.inject({ url: '/me', headers: bearer(`${longest}A`) })).statusCode).toBe(401)
  expect(seen).toEqual([])
  expect((await app.inject({ url: '/me', headers: bearer(longest) })).statusCode).toBe(401)
  expect(seen).toEqual([longest])
})

test.each([
  ['no body', undefined],
  ['no subject', '{}'],
  ['a subject that is empty', '{"subject":""}'],
  ['a body that is not JSON', '{'],
  ['a prototype', '{"__proto__":{},"subject":"x"}'],
])('a login with %s gives 400 and no detail', async (_what, payload) => {
  const app = await appWith({ issue: () => 'x', verify: () => null, revoke() {}, close() {} })
  const headers = { 'content-type': 'application/json' }
  const reply = await app.inject({ method: 'POST', url: '/login', headers, ...(payload ? { payload } : {}) })
  expect([reply.statusCode, reply.body]).toEqual([400, '{"error":"bad request"}'])
})

test('HTTP/2 over TLS is refused, not spoken in plain text', async () => {
  const authenticator = authenticatorThat(() => Promise.reject(new Error('asked')))
  const tls = { key: '', certificate: '' }
  await expect(
    buildApp(authenticator, { transport: 'bearer', ttlSeconds: 60, http2: true, tls }),
  ).rejects.toMatchObject({ code: 'HTTP2_OVER_TLS' })
})
