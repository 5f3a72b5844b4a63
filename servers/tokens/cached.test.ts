import { expect, test } from 'vitest'
import { otherTestKeys, testDeps } from '../testing/test-deps.ts'
import { cachedCodec } from './cached.ts'
import { fastCodec } from './fast-jwt.ts'

const LIMITS = { entries: 3, seconds: 10 }
const START = Date.UTC(2030, 0, 1)

async function open(limits = LIMITS) {
  const clock = { now: START }
  const deps = await testDeps({ now: () => clock.now })
  return { codec: cachedCodec(deps, 'ES256', limits), deps, clock }
}

test('a signature is checked once, the claims every time', async () => {
  const { codec, clock, deps } = await open({ entries: 3, seconds: 1000 })
  const token = codec.sign('someone')
  const first = codec.verify(token)
  expect(first?.identity.sub).toBe('someone')
  expect(codec.verify(token)).toEqual(first)
  expect(codec.cacheUse()).toEqual({ hits: 1, misses: 1, entries: 1 })
  clock.now = START + 1000 * deps.ttlSeconds - 1
  expect(codec.verify(token)).toEqual(first)
  clock.now += 1
  expect(codec.verify(token)).toBeNull()
  // Before the token was issued, by a clock that was set back.
  clock.now = START - 1000
  expect(codec.verify(token)).toBeNull()
})

test('a signature is checked again when its entry is old', async () => {
  const { codec, clock } = await open()
  const token = codec.sign('someone')
  codec.verify(token)
  clock.now += 1000 * LIMITS.seconds - 1
  codec.verify(token)
  expect(codec.cacheUse()).toMatchObject({ hits: 1, misses: 1 })
  clock.now += 1
  expect(codec.verify(token)?.identity.sub).toBe('someone')
  expect(codec.cacheUse()).toEqual({ hits: 1, misses: 2, entries: 1 })
})

test('tokens that begin or end alike are told apart', async () => {
  const { codec } = await open()
  const [first, second] = [codec.sign('first'), codec.sign('second')]
  expect(first.slice(0, 100)).toBe(second.slice(0, 100))
  for (const _ of [1, 2]) {
    expect(codec.verify(first)?.identity.sub).toBe('first')
    expect(codec.verify(second)?.identity.sub).toBe('second')
  }
  const [header, payload] = first.split('.')
  const [, , otherSignature] = second.split('.')
  expect(codec.verify(`${header}.${payload}.${otherSignature}`)).toBeNull()
  expect(codec.verify(`${first} `)).toBeNull()
  expect(codec.verify(first.slice(0, -1))).toBeNull()
  expect(codec.cacheUse()).toEqual({ hits: 2, misses: 5, entries: 2 })
})

test('nothing that is refused gets in, or pushes anything out', async () => {
  const { codec, clock, deps } = await open()
  const token = codec.sign('someone')
  codec.verify(token)
  const expired = codec.sign('other')
  const forger = fastCodec({ ...deps, keys: await otherTestKeys() }, 'ES256')
  for (let forged = 0; forged < 2 * LIMITS.entries; forged++) codec.verify(forger.sign(`user-${forged}`))
  expect(codec.cacheUse()).toEqual({ hits: 0, misses: 7, entries: 1 })
  clock.now += 1000 * deps.ttlSeconds
  expect(codec.verify(expired)).toBeNull()
  expect(codec.cacheUse()).toMatchObject({ entries: 1 })
})

test('more tokens in turn than there are entries are never hit', async () => {
  const { codec } = await open()
  const tokens = Array.from({ length: LIMITS.entries + 1 }, (_, index) => codec.sign(`user-${index}`))
  for (const _ of [1, 2, 3]) for (const token of tokens) expect(codec.verify(token)).not.toBeNull()
  expect(codec.cacheUse()).toEqual({ hits: 0, misses: 12, entries: LIMITS.entries })
})
