import { generateKeyPairSync } from 'node:crypto'
import type { JWK } from 'jose'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { type StoreProxy, startProxy } from '../conformance/harness/redis-proxy.ts'
import { startRedis, type TestRedis } from '../conformance/harness/test-redis.ts'
import { type Authenticator, StoreUnavailableError } from '../contract.ts'
import { redisLink } from '../stores/redis-link.ts'
import { openNode } from '../testing/sibling-server.ts'
import { testDeps, testKeys } from '../testing/test-deps.ts'
import { DEFAULT_TOKEN_PROFILE } from '../tokens/default-profile.ts'
import { fastCodec, fastSignatures } from '../tokens/fast-jwt.ts'
import { jwtStatusList } from './jwt-status-list.ts'

const LAG_MS = jwtStatusList.revocation.ms
const TTL_MS = 5000
const START = Date.UTC(2030, 0, 1)
const ACCEPTED = { sub: 'someone', claims: DEFAULT_TOKEN_PROFILE.claims }
const ISSUER = DEFAULT_TOKEN_PROFILE.issuer

let redis: TestRedis
let proxy: StoreProxy
let prefix: string
let here: Authenticator
/** Its way to Redis is the proxy. */
let there: Authenticator
let prefixes = 0
/** Both the time of the day and the clock that nobody sets. */
let elapsedMs: number
/** The time of the day alone. */
let setMs: number

const now = () => START + elapsedMs + setMs

beforeAll(async () => {
  redis = await startRedis()
  proxy = await startProxy(redis.url)
})

beforeEach(async () => {
  elapsedMs = 0
  setMs = 0
  vi.spyOn(performance, 'now').mockImplementation(() => 1_000_000 + elapsedMs)
  prefix = `status-list-${prefixes++}:`
  here = await openNode(jwtStatusList, redis.url, prefix, { now })
  there = await openNode(jwtStatusList, proxy.url, prefix, { now })
})

afterEach(async () => {
  vi.restoreAllMocks()
  proxy.mend()
  await Promise.all([here.close(), there.close()])
})

afterAll(async () => {
  await proxy.close()
  await redis.stop()
})

const soon = { interval: 10 }
const verify = async (node: Authenticator, credential: string) => node.verify(credential)

async function operator() {
  const { client, key, close } = await redisLink(redis.url, prefix)
  const list = await client.get(key(`status-list:${ISSUER}:newest`))
  const keyOf = (kind: string) => key(`status-list:${ISSUER}:${kind}:${list}`)
  return { client, keyOf, uri: `${ISSUER}/statuslists/${list}`, close }
}

test('a logout is over on every node once its list has expired, and ends one token', async () => {
  const [revoked, other] = [await here.issue('someone'), await here.issue('someone')]
  expect([await here.verify(revoked), await there.verify(revoked)]).toEqual([ACCEPTED, ACCEPTED])
  await here.revoke(revoked)
  elapsedMs = LAG_MS - 1001
  expect(await there.verify(revoked)).toEqual(ACCEPTED)
  elapsedMs = LAG_MS
  for (const node of [here, there]) {
    expect([await node.verify(revoked), await node.verify(other)]).toEqual([null, ACCEPTED])
  }
})

test('a list is fetched again when it is due, and nobody waits for it', async () => {
  const revoked = await here.issue('someone')
  expect(await there.verify(revoked)).toEqual(ACCEPTED)
  await here.revoke(revoked)
  elapsedMs = TTL_MS
  expect(there.verify(revoked)).toEqual(ACCEPTED)
  await expect.poll(() => there.verify(revoked), soon).toBeNull()
})

test('one list a period, however many requests and nodes want it', async () => {
  const credential = await here.issue('someone')
  const transcript = await redis.listen()
  for (const node of [here, there]) {
    await Promise.all(Array.from({ length: 5 }, () => verify(node, credential)))
    for (let request = 0; request < 5; request++) expect(node.verify(credential)).toEqual(ACCEPTED)
  }
  const commands = await transcript.commands()
  transcript.close()
  expect(commands.filter((line) => line.includes('"set"')).length).toBe(1)
  expect(commands.filter((line) => /"get".*:token:/.test(line)).length).toBe(2)
})

test('a token is good as soon as it is issued, whatever lists are around', async () => {
  const first = await here.issue('someone')
  expect(await there.verify(first)).toEqual(ACCEPTED)
  for (let login = 0; login < 20; login++) {
    expect(await there.verify(await here.issue('someone'))).toEqual(ACCEPTED)
  }
})

test('no two tokens have the same place, and a full list is followed by another one', async () => {
  await here.issue('someone')
  const { client, keyOf, uri, close } = await operator()
  expect(await client.get(keyOf('used'))).toBe('1')
  await client.set(keyOf('used'), 2 ** 20 - 1, 'KEEPTTL')
  const credentials = await Promise.all(['a', 'b', 'c'].map((subject) => there.issue(subject)))
  const places = credentials.map(placeOf).sort((one, other) => other.idx - one.idx)
  expect(places.map(({ idx }) => idx)).toEqual([2 ** 20 - 1, 1, 0])
  expect(places[0]?.uri).toBe(uri)
  expect(places[1]?.uri).toBe(places[2]?.uri)
  expect(places[1]?.uri).not.toBe(uri)
  for (const credential of credentials) {
    expect(await here.verify(credential)).not.toBeNull()
    await here.revoke(credential)
  }
  elapsedMs = LAG_MS
  for (const credential of credentials) expect(await there.verify(credential)).toBeNull()
  await close()
})

function placeOf(credential: string): { idx: number; uri: string } {
  const payload = JSON.parse(Buffer.from(credential.split('.')[1] ?? '', 'base64url').toString())
  return payload.status.status_list
}

test.each([
  ['back', -1000, LAG_MS],
  ['forward', LAG_MS, 0],
])('a clock that is set %s does not keep a list in use', async (_how, set, elapsed) => {
  const revoked = await here.issue('someone')
  expect(await there.verify(revoked)).toEqual(ACCEPTED)
  await here.revoke(revoked)
  setMs = set
  elapsedMs = elapsed
  expect(await there.verify(revoked)).toBeNull()
  expect(await there.verify(await here.issue('someone'))).toEqual(ACCEPTED)
})

test('while Redis is away a list is good until it expires, then nobody knows; when it is back, all is right again', async () => {
  const [revoked, good] = [await here.issue('someone'), await here.issue('someone')]
  expect([await there.verify(revoked), await there.verify(good)]).toEqual([ACCEPTED, ACCEPTED])
  proxy.cut()
  await here.revoke(revoked)
  elapsedMs = LAG_MS - 1
  expect(await there.verify(good)).toEqual(ACCEPTED)
  elapsedMs = LAG_MS
  for (const attempt of [() => verify(there, good), () => there.revoke(good), () => there.issue('someone')]) {
    await expect((async () => attempt())()).rejects.toThrow(StoreUnavailableError)
  }
  proxy.mend()
  await expect.poll(() => verify(there, good).catch(() => null), soon).toEqual(ACCEPTED)
  expect(await there.verify(revoked)).toBeNull()
})

test('when Redis comes back empty, every older token is refused, and new ones do not take their places', async () => {
  const old = await here.issue('someone')
  expect(await here.verify(old)).toEqual(ACCEPTED)
  await redis.kill()
  await redis.restart()
  elapsedMs = LAG_MS
  await expect.poll(() => verify(here, old).catch(() => undefined), soon).toBeNull()
  const renewed = await here.issue('someone')
  expect([await here.verify(renewed), await here.verify(old)]).toEqual([ACCEPTED, null])
  expect(placeOf(renewed).uri).not.toBe(placeOf(old).uri)
})

test.each([
  ['no status', undefined],
  ['no list', { status_list: null }],
  ['no place', { status_list: { uri: 'own' } }],
  ['a place that is a text', { status_list: { uri: 'own', idx: '0' } }],
  ['a negative place', { status_list: { uri: 'own', idx: -1 } }],
  ['half a place', { status_list: { uri: 'own', idx: 0.5 } }],
  ['a place beyond the end', { status_list: { uri: 'own', idx: 2 ** 20 } }],
  ['a place far beyond the end', { status_list: { uri: 'own', idx: 2 ** 32 } }],
  ['an unknown list', { status_list: { uri: `${ISSUER}/statuslists/unknown`, idx: 0 } }],
  ['a list of somebody else', { status_list: { uri: 'https://elsewhere.test/statuslists/1', idx: 0 } }],
])('a signed token with %s is refused', async (_what, status) => {
  await here.issue('someone')
  const { uri, close } = await operator()
  await close()
  const codec = fastCodec(await testDeps({ now }))
  const named = JSON.parse(JSON.stringify({ status }).replace('"own"', JSON.stringify(uri)))
  expect(await here.verify(codec.sign('someone', named))).toBeNull()
  const good = { status: { status_list: { uri, idx: 0 } } }
  expect(await here.verify(codec.sign('someone', good))).toEqual(ACCEPTED)
})

type Claims = Readonly<Record<string, unknown>>

const TYPE = 'statuslist+jwt'
/** Says that place 0 is revoked. */
const LIST = { bits: 1, lst: 'eNrbuRgAAhcBXQ' }

test.each<[string, Partial<{ claims: Claims; typ: string; key: JWK }>]>([
  [
    'signed by somebody else',
    { key: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }) },
  ],
  ['of another type', { typ: 'at+jwt' }],
  ['without a type of its own', { typ: 'JWT' }],
  ['for another list', { claims: { sub: `${ISSUER}/statuslists/other` } }],
  ['that has expired', { claims: { exp: START / 1000 } }],
  ['that never expires', { claims: { exp: undefined } }],
  ['from the future', { claims: { iat: START / 1000 + 1 } }],
  ['without its time', { claims: { iat: undefined } }],
  ['with two bits for a token', { claims: { status_list: { ...LIST, bits: 2 } } }],
  ['without a list', { claims: { status_list: undefined } }],
])('a published list %s is not believed, and replaced', async (_what, { claims = {}, typ = TYPE, key }) => {
  const credential = await here.issue('someone')
  const { client, keyOf, uri, close } = await operator()
  const { ES256 } = await testKeys()
  const good = { sub: uri, iat: START / 1000, exp: START / 1000 + 6, ttl: 5, status_list: LIST }
  const publish = (token: string) => client.set(keyOf('token'), token)
  await publish(fastSignatures('ES256', ES256, TYPE).sign(good))
  expect(await there.verify(credential)).toBeNull()
  await publish(fastSignatures('ES256', key ?? ES256, typ).sign({ ...good, ...claims }))
  expect(await here.verify(credential)).toEqual(ACCEPTED)
  await close()
})

test('a published list that cannot be unpacked voids its tokens', async () => {
  const credential = await here.issue('someone')
  const { client, keyOf, uri, close } = await operator()
  const { ES256 } = await testKeys()
  const claims = {
    sub: uri,
    iat: START / 1000,
    exp: START / 1000 + 6,
    ttl: 5,
    status_list: { bits: 1, lst: 'AAAA' },
  }
  await client.set(keyOf('token'), fastSignatures('ES256', ES256, TYPE).sign(claims))
  expect(await here.verify(credential)).toBeNull()
  await close()
})
