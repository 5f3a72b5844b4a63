import { generateKeyPairSync } from 'node:crypto'
import { CompactSign, decodeJwt, decodeProtectedHeader, importJWK } from 'jose'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { authServerClient } from '../auth-server/client.ts'
import { startAuthServer } from '../auth-server/server.ts'
import { PUBLISHED_AHEAD_SECONDS } from '../auth-server/signing-keys.ts'
import { type KeyMaterial, StoreUnavailableError } from '../contract.ts'
import { openPair } from '../testing/resource-server.ts'
import { testKeys } from '../testing/test-deps.ts'
import { DEFAULT_TOKEN_PROFILE } from '../tokens/default-profile.ts'
import { jwksVerifier } from '../tokens/jwks.ts'
import { jwkOf } from '../tokens/keys.ts'

const TTL_SECONDS = 600
let now: number
let close: () => Promise<void>

beforeEach(() => {
  now = Date.UTC(2030, 0, 1)
})
afterEach(() => close())

const options = { redisUrl: null, ttlSeconds: TTL_SECONDS, now: () => now }

/** The verifier alone, in front of a real auth server, with its fetches counted. */
async function openVerifier(keys?: KeyMaterial) {
  const start = async (port: number) =>
    startAuthServer({
      ...options,
      keys: keys ?? (await testKeys()),
      token: DEFAULT_TOKEN_PROFILE,
      keyPrefix: '',
      port,
      clientSecret: 'x'.repeat(43),
    })
  let server = await start(0)
  const client = await authServerClient({ authServer: server.address })
  let fetches = 0
  const fetchKeySet = () => {
    fetches++
    return client.keySet()
  }
  close = async () => {
    await client.close()
    await server.close()
  }
  const clock = () => now
  const verify = jwksVerifier(fetchKeySet, { now: clock, clock, token: DEFAULT_TOKEN_PROFILE })
  return {
    verify,
    fetches: () => fetches,
    issue: () => client.issue('alice', 'jwt', now),
    rotateKeys: () => server.rotateKeys(),
    stop: () => server.close(),
    async restart() {
      server = await start(Number(new URL(server.address.origin).port))
    },
  }
}

/** Right in everything but the name of its key. */
async function withKid(token: string, kid: unknown): Promise<string> {
  const { RS256 } = await testKeys()
  return new CompactSign(new TextEncoder().encode(JSON.stringify(decodeJwt(token))))
    .setProtectedHeader({ alg: 'RS256', typ: 'at+jwt', ...(kid === undefined ? {} : { kid: String(kid) }) })
    .sign(await importJWK(RS256, 'RS256'))
}

test('a made-up name just before a rotation, or just before the new key signs, refuses no good token', async () => {
  const { issue, verify, rotateKeys, fetches } = await openVerifier()
  const old = await issue()
  const madeUp = await withKid(old, 'made-up')
  await verify(old)
  now += 10_000
  expect(await verify(madeUp)).toBeNull()
  await rotateKeys()
  expect(await verify(await issue())).not.toBeNull()
  now += 1000 * PUBLISHED_AHEAD_SECONDS - 1000
  expect(await verify(madeUp)).toBeNull()
  now += 1000
  const fresh = await issue()
  expect(decodeProtectedHeader(fresh).kid).not.toBe(decodeProtectedHeader(old).kid)
  expect([await verify(fresh), await verify(old)]).not.toContain(null)
  expect(fetches()).toBe(3)
})

test('the old key is good until its last token has expired', async () => {
  const { login, me, rotateKeys, close: closePair } = await openPair('jwt-jwks', options)
  close = closePair
  await rotateKeys()
  now += 1000 * PUBLISHED_AHEAD_SECONDS - 1000
  const old = await login()
  now += 1000
  const fresh = await login()
  expect(decodeProtectedHeader(fresh).kid).not.toBe(decodeProtectedHeader(old).kid)
  expect([await me(fresh), await me(old)]).toEqual([200, 200])
  now += 1000 * TTL_SECONDS - 1001
  expect([await me(fresh), await me(old)]).toEqual([200, 200])
  now += 1
  expect([await me(fresh), await me(old)]).toEqual([200, 401])
})

test('a key of the auth server may be longer', async () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 3072 })
  const RS256 = jwkOf(privateKey)
  const { issue, verify } = await openVerifier({ ...(await testKeys()), RS256 })
  const token = await issue()
  expect(await verify(token)).toMatchObject({ identity: { sub: 'alice' } })
  for (const other of [`${token}=`, `${token}A`, ` ${token}`]) expect(await verify(other)).toBeNull()
})

test('a token has to name its key, and no name is more than a name', async () => {
  const { verify, issue, fetches } = await openVerifier()
  const good = await issue()
  expect(await verify(await withKid(good, undefined))).toBeNull()
  expect(fetches()).toBe(0)
  for (const kid of ['', '../../../../dev/null', "' OR '1'='1", 'k'.repeat(2000), '__proto__']) {
    expect(await verify(await withKid(good, kid))).toBeNull()
  }
  expect(await verify(await withKid(good, decodeProtectedHeader(good).kid))).not.toBeNull()
})

test('a rotated key that nobody uses any more is forgotten when the keys are fetched again', async () => {
  const { verify, issue, rotateKeys } = await openVerifier()
  const old = await issue()
  await verify(old)
  await rotateKeys()
  now += 1000 * PUBLISHED_AHEAD_SECONDS
  expect(await verify(await issue())).not.toBeNull()
  now += 1000 * TTL_SECONDS
  // Right in everything but the key, which is gone; the name of one that is not known asks for all of them.
  const forged = await withKid(await issue(), decodeProtectedHeader(old).kid)
  expect(await verify(await withKid(forged, 'unknown'))).toBeNull()
  expect(await verify(forged)).toBeNull()
})

test('without its auth server it goes on with the keys that it has, for an hour and no longer', async () => {
  const { verify, issue, stop, restart } = await openVerifier()
  const good = await issue()
  await verify(good)
  await stop()
  now += 1000 * (TTL_SECONDS - 1)
  expect(await verify(good)).not.toBeNull()
  // Whether the name is unknown cannot be told.
  await expect(verify(await withKid(good, 'unknown'))).rejects.toThrow(StoreUnavailableError)
  now += 1000 * 3600
  await expect(verify(good)).rejects.toThrow(StoreUnavailableError)
  await restart()
  now += 1000
  expect(await verify(await issue())).not.toBeNull()
})

test('without its auth server and without keys it is 503, until the auth server is there', async () => {
  const {
    login,
    me,
    stopAuthServer,
    restartAuthServer,
    close: closePair,
  } = await openPair('jwt-jwks', options)
  close = closePair
  const good = await login()
  await stopAuthServer()
  expect([await me(good), await me('x')]).toEqual([503, 401])
  await restartAuthServer()
  now += 1000
  expect(await me(good)).toBe(200)
})
