import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startRedis, type TestRedis } from '../conformance/harness/test-redis.ts'
import { type Authenticator, COOKIE_NAME, credentialHeader, type Transport } from '../contract.ts'
import { buildApp } from '../http/app.ts'
import { type RedisLink, redisLink } from '../stores/redis-link.ts'
import { testDeps } from '../testing/test-deps.ts'
import { sessionFastify } from './session-fastify.ts'

const TTL_SECONDS = 60
let redis: TestRedis
let link: RedisLink
let now = Date.UTC(2030, 0, 1)

beforeAll(async () => {
  redis = await startRedis()
  link = await redisLink(redis.url, 'test:')
})

afterAll(async () => {
  await link.close()
  await redis.stop()
})

describe.each(['bearer', 'cookie'] as const)('with the credential as %s', (transport: Transport) => {
  let sessions: Authenticator
  let app: FastifyInstance

  beforeEach(async () => {
    await link.client.flushdb()
    const deps = await testDeps({ redis: async () => link, now: () => now, ttlSeconds: TTL_SECONDS })
    sessions = await sessionFastify.open(deps)
    app = await buildApp(sessions, { transport, ttlSeconds: TTL_SECONDS })
    return () => app.close()
  })

  const headers = (credential: string) => Object.fromEntries([credentialHeader(transport, credential)])
  const me = async (credential: string) => app.inject({ url: '/me', headers: headers(credential) })
  const keys = () => link.client.keys('test:*')

  test('each use costs a GET, a SET and a cookie, and prolongs the session', async () => {
    const own = await sessions.issue('me')
    const transcript = await redis.listen()
    const reply = await me(own)
    const commands = await transcript.commands()
    transcript.close()
    expect(reply.json()).toMatchObject({ sub: 'me' })
    expect(commands.map((command) => /"(\w+)"/.exec(command)?.[1])).toEqual(['get', 'set'])
    const name = transport === 'cookie' ? COOKIE_NAME : 'sessionId'
    const attributes = transport === 'cookie' ? '; Secure; SameSite=Lax' : ''
    expect([reply.headers['set-cookie']].flat()).toEqual([`${name}=${own}; Path=/; HttpOnly${attributes}`])
    now += (TTL_SECONDS - 1) * 1000
    expect((await me(own)).statusCode).toBe(200)
    now += (TTL_SECONDS - 1) * 1000
    expect((await me(own)).statusCode).toBe(200)
    now += TTL_SECONDS * 1000
    expect((await me(own)).statusCode).toBe(401)
  })

  test('a request that is refused leaves a session of nobody behind', async () => {
    expect((await me('forged.forged')).statusCode).toBe(401)
    expect((await app.inject('/me')).statusCode).toBe(401)
    expect(await keys()).toHaveLength(2)
  })

  test('a login makes one session, whose id is the credential', async () => {
    const reply = await app.inject({
      method: 'POST',
      url: '/login',
      headers: { 'sec-fetch-site': 'same-origin' },
      payload: { subject: 'me' },
    })
    expect(await keys()).toHaveLength(1)
    const [cookie] = reply.cookies
    const credential = transport === 'cookie' ? (cookie?.value ?? '') : reply.json().access_token
    expect(reply.cookies).toHaveLength(transport === 'cookie' ? 1 : 0)
    expect((await me(credential)).json()).toMatchObject({ sub: 'me' })
  })

  test('the write of a request does not bring back what a logout deletes meanwhile', async () => {
    const own = await sessions.issue('me')
    // The plug-in has read the session, and writes it when the reply is sent.
    app.addHook('preSerialization', async () => sessions.revoke(own))
    expect((await me(own)).statusCode).toBe(200)
    expect(await keys()).toEqual([])
    expect((await me(own)).statusCode).toBe(401)
  })
})

test('what it is filled with are sessions to the plug-in', async () => {
  await link.client.flushdb()
  const deps = await testDeps({ redis: async () => link, now: () => now, ttlSeconds: TTL_SECONDS })
  const sessions = await sessionFastify.open(deps)
  const app = await buildApp(sessions, { transport: 'bearer', ttlSeconds: TTL_SECONDS })
  try {
    await sessions.fill?.(1)
    const [filled = ''] = await link.client.keys('test:*')
    expect(await link.client.ttl(filled)).toBe(TTL_SECONDS)
    const { sub } = JSON.parse((await link.client.get(filled)) ?? '{}')
    // Nobody has the id of a filled one with its signature: it takes the place of one that somebody has.
    const own = await sessions.issue('me')
    const [ownKey = ''] = (await link.client.keys('test:*')).filter((name) => name !== filled)
    await link.client.rename(filled, ownKey)
    const me = () => app.inject({ url: '/me', headers: { authorization: `Bearer ${own}` } })
    const reply = await me()
    expect(reply.statusCode).toBe(200)
    expect(reply.json()).toEqual({ sub, claims: deps.token.claims })
    expect(sub).not.toBe('me')
    // Its write at the end of that request kept it one.
    expect((await me()).json()).toEqual({ sub, claims: deps.token.claims })
  } finally {
    await app.close()
  }
})

test('is filled with entries of its own size', async () => {
  await link.client.flushdb()
  const deps = await testDeps({ redis: async () => link, now: () => now })
  const sessions = await sessionFastify.open(deps)
  await sessions.issue('user-0000000')
  await sessions.fill?.(1500)
  const keys = await link.client.keys('test:*')
  const sizes = await Promise.all(keys.map(async (key) => key.length + (await link.client.strlen(key))))
  expect([sizes.length, new Set(sizes).size]).toEqual([1501, 1])
})
