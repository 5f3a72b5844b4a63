import { decodeProtectedHeader } from 'jose'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { startRedis, type TestRedis } from '../conformance/harness/test-redis.ts'
import { testKeys } from '../testing/test-deps.ts'
import { DEFAULT_TOKEN_PROFILE } from '../tokens/default-profile.ts'
import { basicAuthorization } from './client-authentication.ts'
import { type RunningAuthServer, startAuthServer } from './server.ts'
import { PUBLISHED_AHEAD_SECONDS } from './signing-keys.ts'

const TTL_SECONDS = 60
let redis: TestRedis
let server: RunningAuthServer
let now = Date.UTC(2030, 0, 1)

beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis.stop())

// One for each test: keys that were rotated are its own.
beforeEach(async () => {
  server = await startAuthServer({
    keys: await testKeys(),
    token: DEFAULT_TOKEN_PROFILE,
    ttlSeconds: TTL_SECONDS,
    redisUrl: redis.url,
    keyPrefix: 'auth:',
    port: 0,
    now: () => now,
  })
})
afterEach(() => server.close())

function authorization(secret = server.address.clientSecret): string {
  return basicAuthorization(server.address.clientId, secret)
}

async function post(
  path: string,
  form: string | Record<string, string>,
  credentials: string | null = authorization(),
) {
  const reply = await fetch(server.address.origin + path, {
    method: 'POST',
    headers: credentials === null ? {} : { authorization: credentials },
    body: new URLSearchParams(form),
  })
  return { status: reply.status, headers: reply.headers, body: JSON.parse(await reply.text()) }
}

async function tokenFor(subject: string, more: Record<string, string> = {}): Promise<string> {
  return (await post('/token', { subject, format: 'opaque', ...more })).body.access_token
}

const introspect = async (token: string) => (await post('/introspect', { token })).body

test('an active token is described as RFC 7662 asks, and as a JWT would have been', async () => {
  const reply = await post('/introspect', { token: await tokenFor('alice'), token_type_hint: 'access_token' })
  const second = now / 1000
  expect(reply.body).toEqual({
    active: true,
    iss: DEFAULT_TOKEN_PROFILE.issuer,
    aud: DEFAULT_TOKEN_PROFILE.audience,
    sub: 'alice',
    client_id: DEFAULT_TOKEN_PROFILE.clientId,
    iat: second,
    exp: second + TTL_SECONDS,
    jti: expect.any(String),
    ...DEFAULT_TOKEN_PROFILE.claims,
  })
  expect(reply.headers.get('cache-control')).toBe('no-store')
})

test('of a token that is unknown, revoked, expired or signed nothing is said', async () => {
  const [revoked, expired, past] = [
    await tokenFor('alice'),
    await tokenFor('alice'),
    await tokenFor('alice', { at: String(now - 2000 * TTL_SECONDS) }),
  ]
  expect((await post('/revoke', { token: revoked })).status).toBe(200)
  const signed = (await post('/token', { subject: 'alice', format: 'jwt' })).body.access_token
  now += 1000 * TTL_SECONDS - 1
  expect(await introspect(expired)).toMatchObject({ active: true })
  now += 1
  for (const token of [revoked, expired, past, signed, 'x', 'A'.repeat(43), 'A'.repeat(9000)]) {
    expect(await introspect(token)).toEqual({ active: false })
  }
})

test('a subject is revoked with all of its tokens, and nobody else', async () => {
  const tokens = await Promise.all(['alice', 'alice', 'bob'].map((subject) => tokenFor(subject)))
  expect((await post('/revoke-subject', { subject: 'alice' })).status).toBe(200)
  const answers = await Promise.all(tokens.map(introspect))
  expect(answers.map(({ active }) => active)).toEqual([false, false, true])
})

test('no token is issued for the future', async () => {
  const { exp } = await introspect(await tokenFor('alice', { at: String(now + 5000) }))
  expect(exp).toBe(Math.floor(now / 1000) + TTL_SECONDS)
  expect((await introspect(await tokenFor('alice', { at: 'never' }))).exp).toBe(exp)
})

test.each(['/token', '/introspect', '/revoke', '/revoke-subject'])('%s knows its client', async (path) => {
  const { origin, clientSecret } = server.address
  const form = { token: 'x', subject: 'alice', format: 'opaque' }
  const wrong = [
    null,
    authorization('x'),
    authorization(`${clientSecret}x`),
    basicAuthorization('somebody', clientSecret),
    `Bearer ${clientSecret}`,
    '',
  ]
  for (const credentials of wrong) {
    const reply = await post(path, form, credentials)
    expect([reply.status, reply.body]).toEqual([401, { error: 'invalid_client' }])
    expect(reply.headers.get('www-authenticate')).toBe('Basic')
  }
  expect((await post(path, form, authorization().replace('Basic', 'BASIC'))).status).toBe(200)
  expect((await fetch(origin + path, { headers: { authorization: authorization() } })).status).toBe(404)
})

test('what is missing, doubled or no form is refused', async () => {
  for (const form of ['', 'token=', 'token=a&token=b', 'other=a']) {
    expect((await post('/introspect', form)).status).toBe(400)
    expect((await post('/revoke', form)).status).toBe(400)
  }
  for (const form of [
    'subject=a',
    'subject=a&format=paper',
    'format=jwt',
    'subject=a&subject=b&format=jwt',
  ]) {
    expect((await post('/token', form)).status).toBe(400)
  }
  const json = await fetch(`${server.address.origin}/introspect`, {
    method: 'POST',
    headers: { authorization: authorization(), 'content-type': 'application/json' },
    body: '{"token":"x"}',
  })
  expect(json.status).toBe(400)
})

test('keys are published without their private half, before they sign and until their last token has expired', async () => {
  const published = async () => {
    const reply = await fetch(`${server.address.origin}/jwks`)
    expect(reply.headers.get('content-type')).toMatch(/^application\/jwk-set\+json/)
    expect(reply.headers.get('cache-control')).toBe(
      'public, max-age=300, stale-while-revalidate=3600, stale-if-error=3600',
    )
    const { keys }: { keys: Record<string, string>[] } = JSON.parse(await reply.text())
    for (const key of keys) {
      expect(Object.keys(key).toSorted()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use'])
    }
    return keys.map(({ kid }) => kid)
  }
  const signedWith = async () => {
    const { body } = await post('/token', { subject: 'alice', format: 'jwt' })
    return decodeProtectedHeader(body.access_token)
  }
  const [old] = await published()
  expect(await signedWith()).toEqual({ alg: 'RS256', typ: 'at+jwt', kid: old })
  await server.rotateKeys()
  const [, next, ...more] = await published()
  expect([next === old, more]).toEqual([false, []])
  now += 1000 * PUBLISHED_AHEAD_SECONDS - 1
  expect([(await signedWith()).kid, await published()]).toEqual([old, [old, next]])
  now += 1
  expect([(await signedWith()).kid, await published()]).toEqual([next, [next, old]])
  now += 1000 * TTL_SECONDS - 1
  expect(await published()).toEqual([next, old])
  now += 1
  expect(await published()).toEqual([next])
})

test('keys of several rotations take over one after the other, though nobody asks meanwhile', async () => {
  const published = async () => {
    const reply = await fetch(`${server.address.origin}/jwks`)
    const { keys }: { keys: Record<string, string>[] } = JSON.parse(await reply.text())
    return keys.map(({ kid }) => kid)
  }
  await server.rotateKeys()
  now += 1000
  await server.rotateKeys()
  const [first, second, third] = await published()
  now += 1000 * PUBLISHED_AHEAD_SECONDS
  const { body } = await post('/token', { subject: 'alice', format: 'jwt' })
  expect(decodeProtectedHeader(body.access_token).kid).toBe(third)
  expect(await published()).toEqual([third, second, first])
  now += 1000 * TTL_SECONDS - 1000
  expect(await published()).toEqual([third, second])
})

test('Redis holds no token, and while it is away the answer is 503', async () => {
  const transcript = await redis.listen()
  const token = await tokenFor('alice')
  await introspect(token)
  await post('/revoke', { token })
  const commands = (await transcript.commands()).join('\n')
  transcript.close()
  expect(commands).toContain('"auth:')
  expect(commands).not.toContain(token)
  redis.pause()
  try {
    const reply = await post('/introspect', { token })
    expect([reply.status, reply.headers.get('retry-after')]).toEqual([503, '1'])
  } finally {
    redis.resume()
  }
})

test('without Redis only signed tokens are issued, and no token is active', async () => {
  const bare = await startAuthServer({
    keys: await testKeys(),
    token: DEFAULT_TOKEN_PROFILE,
    ttlSeconds: TTL_SECONDS,
    redisUrl: null,
    keyPrefix: '',
    port: 0,
    now: () => now,
    clientSecret: server.address.clientSecret,
  })
  const ask = (path: string, form: Record<string, string>) =>
    fetch(bare.address.origin + path, {
      method: 'POST',
      headers: { authorization: authorization() },
      body: new URLSearchParams(form),
    })
  expect((await ask('/token', { subject: 'alice', format: 'opaque' })).status).toBe(400)
  expect((await ask('/token', { subject: 'alice', format: 'jwt' })).status).toBe(200)
  expect(await (await ask('/introspect', { token: 'x' })).text()).toBe('{"active":false}')
  await bare.close()
})
