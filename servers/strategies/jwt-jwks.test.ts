import { generateKeyPairSync } from 'node:crypto'
import { CompactSign, decodeJwt, decodeProtectedHeader, importJWK } from 'jose'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { authServerClient } from '../auth-client.ts'
import { startAuthServer } from '../auth-server/server.ts'
import { type KeyMaterial, StoreUnavailableError } from '../contract.ts'
import { jwkOf } from '../keys.ts'
import { testKeys } from '../testing/deps.ts'
import { openPair } from '../testing/resource-server.ts'
import { jwksVerifier } from '../token-jwks.ts'
import { DEFAULT_TOKEN_PROFILE } from '../token-profile.ts'

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
  const verify = jwksVerifier(fetchKeySet, { now: () => now, token: DEFAULT_TOKEN_PROFILE })
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

test('the new key is known at once after a rotation, the old one until its last token has expired', async () => {
  const { login, me, rotateKeys, close: closePair } = await openPair('jwt-jwks', options)
  close = closePair
  const old = await login()
  expect(await me(old)).toBe(200)
  now += 1000
  await rotateKeys()
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

test('a flood of unknown key names is one fetch, and one more after the cool-down', async () => {
  const { verify, issue, fetches } = await openVerifier()
  const good = await issue()
  expect(await verify(good)).toMatchObject({ identity: { sub: 'alice' } })
  expect(fetches()).toBe(1)
  const unknown = await Promise.all(Array.from({ length: 100 }, (_, index) => withKid(good, `key-${index}`)))
  expect(new Set(await Promise.all(unknown.map(verify)))).toEqual(new Set([null]))
  expect(fetches()).toBe(2)
  now += 9_999
  for (const token of unknown) expect(await verify(token)).toBeNull()
  expect(fetches()).toBe(2)
  now += 1
  for (const token of unknown) expect(await verify(token)).toBeNull()
  expect(fetches()).toBe(3)
  expect(await verify(good)).not.toBeNull()
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
  const { verify, issue, rotateKeys, fetches } = await openVerifier()
  const old = await issue()
  await verify(old)
  await rotateKeys()
  now += 1000 * TTL_SECONDS
  // Past its time by the claims as well; what is looked at is that the key is gone.
  const forged = await withKid(await issue(), decodeProtectedHeader(old).kid)
  expect(await verify(forged)).toBeNull()
  expect(fetches()).toBe(3)
})

test('without its auth server it goes on with the keys that it has', async () => {
  const { verify, issue, stop, restart, fetches } = await openVerifier()
  const good = await issue()
  const unknown = await withKid(good, 'unknown')
  await verify(good)
  await stop()
  now += 299_999
  expect(await verify(good)).not.toBeNull()
  expect(fetches()).toBe(1)
  // Too old: tried once a second, not for every request.
  now += 1
  for (let request = 0; request < 20; request++) expect(await verify(good)).not.toBeNull()
  expect(fetches()).toBe(2)
  // Whether the name is unknown cannot be told; and a flood of them is no flood of fetches.
  for (let request = 0; request < 20; request++)
    await expect(verify(unknown)).rejects.toThrow(StoreUnavailableError)
  expect(fetches()).toBe(3)
  await restart()
  now += 10_000
  expect(await verify(good)).not.toBeNull()
  expect(await verify(unknown)).toBeNull()
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
  expect(await me(good)).toBe(200)
})
