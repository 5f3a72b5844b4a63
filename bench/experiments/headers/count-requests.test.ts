import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { STRATEGIES } from '../../../servers/registry.ts'
import { testKeys } from '../../../servers/testing/test-deps.ts'
import { startTestServer } from '../../../servers/testing/test-server.ts'
import { DEFAULT_TOKEN_PROFILE } from '../../../servers/tokens/default-profile.ts'
import { protectedRequest, requestText, sendRaw } from '../../load/http/probe.ts'
import { countRequests } from './count-requests.ts'
import { COUNTED_HOST, countBytes } from './http2-client.ts'
import { recordOverhead } from './tls-records.ts'

const SAMPLES = 3
/** The shortest code of HPACK has 5 bits (RFC 7541 appendix B). */
const SHORTEST = 5 / 8
let folder = ''
const keys = testKeys()

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'authbench-headers-'))
})
afterAll(() => rm(folder, { recursive: true }))

const counted = async (
  strategy: 'none' | 'jwt-hs256-fast' | 'session-memory' | 'jwt-jwks',
  transport: 'bearer' | 'cookie',
) =>
  countRequests(STRATEGIES[strategy], {
    strategy,
    roles: 0,
    transport,
    samples: SAMPLES,
    keys: await keys,
    token: DEFAULT_TOKEN_PROFILE,
    ttlSeconds: 60,
    redisUrl: null,
    folder,
  })

test.each(['jwt-hs256-fast', 'session-memory', 'jwt-jwks'] as const)(
  'over HTTP/1.1 a request of %s weighs what is written, every time',
  async (strategy) => {
    const { credential, http1, status } = await counted(strategy, 'bearer')
    const text = requestText(protectedRequest('bearer', 'x'.repeat(credential.value)), COUNTED_HOST)
    expect(status).toBe(200)
    expect(http1.up).toEqual({ value: text.length, least: text.length, most: text.length })
    expect((await counted(strategy, 'bearer')).http1).toEqual(http1)
  },
)

test('over HTTP/2 a bearer token is sent again, and a cookie becomes an index, the same in two runs', async () => {
  const bearer = await counted('jwt-hs256-fast', 'bearer')
  const { up } = bearer.http2.repeated
  expect(up.least).toBeGreaterThan(SHORTEST * bearer.credential.least)
  expect(up.most).toBeLessThan(bearer.http1.up.least)
  const cookie = await counted('jwt-hs256-fast', 'cookie')
  expect(cookie.http2.first.up.least).toBeGreaterThan(SHORTEST * cookie.credential.least)
  // The head of a frame (RFC 9113 section 4.1), and less than a name and a value for each of its fields.
  expect(cookie.http2.repeated.up.most).toBeLessThan(9 + 10)
  expect((await counted('jwt-hs256-fast', 'cookie')).http2.repeated.up).toEqual(cookie.http2.repeated.up)
  expect((await counted('session-memory', 'cookie')).http2.repeated.up).toEqual(cookie.http2.repeated.up)
})

test('what the relay counts is what a raw socket counts', async () => {
  const server = await startTestServer(STRATEGIES.none, { folder })
  const counter = await countBytes(server.port)
  try {
    const raw = await sendRaw(
      { origin: `http://127.0.0.1:${counter.port}` },
      protectedRequest('bearer', 'a-credential'),
    )
    expect(counter.up).toBe(raw.requestBytes)
    expect(counter.down).toBe(raw.headBytes + raw.bodyBytes)
  } finally {
    await counter.close()
    await server.close()
  }
})

test.each([1, 1000])(
  'a TLS record of %i bytes has head, type and tag beside it (RFC 8446 section 5.2)',
  async (payload) => {
    expect(await recordOverhead(payload)).toEqual({ up: 5 + 1 + 16, down: 5 + 1 + 16 })
  },
)
