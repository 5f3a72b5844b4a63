import { generateKeyPairSync } from 'node:crypto'
import { errors, type JWK } from 'jose'
import { expect, test } from 'vitest'
import { StoreUnavailableError } from '../contract.ts'
import { remoteKeys } from './remote-keys.ts'

const SECOND = 1000
const REFRESH_AFTER = 240 * SECOND
const USABLE = 3900 * SECOND

const [one, two] = ['one', 'two'].map((kid): JWK => {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return { ...publicKey.export({ format: 'jwk' }), kty: 'EC', kid, alg: 'ES256' }
})

/** An auth server that answers when the test says so, and a clock that only the test moves. */
function open() {
  let clock = 5_000_000
  let published: unknown = { keys: [one] }
  let away = false
  let held: (() => void)[] | null = null
  let fetches = 0
  const keyOf = remoteKeys(
    async () => {
      fetches++
      if (held !== null) await new Promise<void>((resolve) => held?.push(resolve))
      if (away) throw new Error('away')
      return published
    },
    () => clock,
  )
  /** What a token with a key of this name is to be told. */
  const ask = async (kid: string) => {
    try {
      await keyOf({ alg: 'ES256', kid })
      return 'key'
    } catch (error) {
      if (error instanceof StoreUnavailableError) return 'away'
      if (error instanceof errors.JWKSNoMatchingKey) return 'no key'
      throw error
    }
  }
  return {
    ask,
    fetches: () => fetches,
    pass: (ms: number) => {
      clock += ms
    },
    publish: (...keys: unknown[]) => {
      published = { keys }
    },
    publishNonsense: () => {
      published = '<html>'
    },
    goAway: (gone = true) => {
      away = gone
    },
    hold: () => {
      held = []
    },
    release: async () => {
      const waiting = held ?? []
      held = null
      for (const answer of waiting) answer()
      await new Promise(setImmediate)
    },
  }
}

test('those who need keys first share one fetch', async () => {
  const { ask, fetches, hold, release } = open()
  hold()
  const answers = Promise.all(Array.from({ length: 50 }, () => ask('one')))
  await release()
  expect(new Set(await answers)).toEqual(new Set(['key']))
  expect(fetches()).toBe(1)
})

test('keys are renewed before they are too old, once, and nobody waits for it', async () => {
  const { ask, fetches, pass, hold, release, publish } = open()
  await ask('one')
  pass(REFRESH_AFTER - 1)
  await ask('one')
  expect(fetches()).toBe(1)
  pass(1)
  publish(two)
  hold()
  for (let request = 0; request < 20; request++) expect(await ask('one')).toBe('key')
  expect(fetches()).toBe(2)
  await release()
  expect(await ask('two')).toBe('key')
  expect(await ask('one')).toBe('no key')
})

test('an answer that takes its time is as old as its question', async () => {
  const { ask, fetches, pass, hold, release } = open()
  hold()
  const first = ask('one')
  pass(10 * SECOND)
  await release()
  expect(await first).toBe('key')
  pass(REFRESH_AFTER - 10 * SECOND)
  await ask('one')
  expect(fetches()).toBe(2)
})

test('while the auth server is away the keys are good up to their longest age, and the attempts are few', async () => {
  const { ask, fetches, pass, goAway } = open()
  await ask('one')
  goAway()
  pass(REFRESH_AFTER)
  for (let request = 0; request < 20; request++) expect(await ask('one')).toBe('key')
  expect(fetches()).toBe(2)
  pass(SECOND)
  for (let request = 0; request < 20; request++) expect(await ask('one')).toBe('key')
  expect(fetches()).toBe(3)
  pass(USABLE - REFRESH_AFTER - SECOND - 1)
  expect(await ask('one')).toBe('key')
  pass(1)
  expect(await ask('one')).toBe('away')
  pass(SECOND)
  const before = fetches()
  for (let request = 0; request < 20; request++) expect(await ask('one')).toBe('away')
  expect(fetches()).toBe(before + 1)
  goAway(false)
  pass(SECOND)
  expect(await ask('one')).toBe('key')
})

test('made-up names are one fetch in ten seconds, and one in a second while it fails', async () => {
  const { ask, fetches, pass, goAway } = open()
  await ask('one')
  pass(10 * SECOND)
  const flood = async () =>
    new Set(await Promise.all(Array.from({ length: 50 }, (_, name) => ask(`x${name}`))))
  expect(await flood()).toEqual(new Set(['no key']))
  pass(10 * SECOND - 1)
  expect(await flood()).toEqual(new Set(['no key']))
  expect(fetches()).toBe(2)
  goAway()
  pass(1)
  // Whether there is such a key cannot be told any more.
  expect([await flood(), await flood()]).toEqual([new Set(['away']), new Set(['away'])])
  expect(fetches()).toBe(3)
  pass(SECOND)
  await flood()
  expect(fetches()).toBe(4)
  expect(await ask('one')).toBe('key')
})

test('a name that is new asks for the keys, and waits for those that are on their way', async () => {
  const { ask, fetches, pass, publish, hold, release } = open()
  await ask('one')
  pass(10 * SECOND)
  publish(one, two)
  expect(await ask('two')).toBe('key')
  pass(REFRESH_AFTER)
  const three = { ...two, kid: 'three' }
  publish(one, two, three)
  hold()
  expect(await ask('one')).toBe('key')
  const waiting = ask('three')
  await release()
  expect(await waiting).toBe('key')
  expect(fetches()).toBe(3)
})

test('what is no key set is no news', async () => {
  const { ask, pass, publishNonsense } = open()
  await ask('one')
  publishNonsense()
  pass(REFRESH_AFTER)
  expect([await ask('one'), await ask('one'), await ask('two')]).toEqual(['key', 'key', 'away'])
})
