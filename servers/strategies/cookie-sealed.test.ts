import secureSession from '@fastify/secure-session'
import { fastify } from 'fastify'
import { expect, onTestFinished, test, vi } from 'vitest'
import type { StrategyDeps } from '../contract.ts'
import { otherTestKeys, testDeps } from '../testing/test-deps.ts'
import { encryptionSecret } from '../tokens/keys.ts'
import { cookieSealed } from './cookie-sealed.ts'

const START = Date.UTC(2030, 0, 1)

async function open(changes: Partial<StrategyDeps> = {}) {
  const clock = { now: START }
  const deps = await testDeps({ now: () => clock.now, ...changes })
  const authenticator = await cookieSealed.open(deps)
  onTestFinished(() => authenticator.close())
  return { ...authenticator, deps, clock }
}

/** What somebody who has the key can seal. */
async function sealerOf({ keys }: StrategyDeps): Promise<(content: object) => string> {
  const app = fastify()
  onTestFinished(() => app.close())
  await app.register(secureSession, { key: encryptionSecret(keys.A256GCM) })
  await app.ready()
  return (content) => {
    const [sealed = '', nonce = ''] = app
      .encodeSecureSession(app.createSecureSession(content))
      .split(';')
      .map((part) => Buffer.from(part, 'base64').toString('base64url'))
    return `${sealed}.${nonce}`
  }
}

test('takes its own cookie until it expires, and shows nothing of it', async () => {
  const { issue, verify, deps, clock } = await open()
  const own = issue('someone')
  expect(own).toMatch(/^[\w-]+\.[\w-]{32}$/)
  expect(Buffer.from(own, 'base64url').toString('latin1')).not.toMatch(/someone|scope/)
  expect(verify(own)).toEqual({ sub: 'someone', claims: deps.token.claims })
  clock.now += 1000 * deps.ttlSeconds - 1
  expect(verify(own)).not.toBeNull()
  clock.now += 1
  expect(verify(own)).toBeNull()
})

test('works by its own clock, whatever that of the system says', async () => {
  const { issue, verify } = await open()
  const own = issue('someone')
  vi.useFakeTimers({ toFake: ['Date'] })
  onTestFinished(() => void vi.useRealTimers())
  for (const year of [2001, 2100]) {
    vi.setSystemTime(Date.UTC(year, 0, 1))
    expect(verify(own)).not.toBeNull()
    expect(verify(issue('someone'))).not.toBeNull()
  }
})

test('refuses the cookie of another key', async () => {
  const { verify } = await open()
  const other = await open({ keys: await otherTestKeys() })
  expect(verify(other.issue('someone'))).toBeNull()
})

test('refuses every other spelling, and anything changed', async () => {
  const { issue, verify } = await open()
  for (const subject of ['a', 'ab', 'abc']) {
    const own = issue(subject)
    const [sealed = '', nonce = ''] = own.split('.')
    const [, otherNonce] = issue(subject).split('.')
    const stray = sealed.slice(0, -1) + String.fromCharCode(sealed.charCodeAt(sealed.length - 1) + 1)
    const changed = Array.from(own, (character, place) =>
      character === '.' ? own : own.slice(0, place) + (character === 'A' ? 'B' : 'A') + own.slice(place + 1),
    ).filter((text) => text !== own)
    for (const bad of [
      ...changed,
      stray,
      `${stray}.${nonce}`,
      `${sealed};${nonce}`,
      `${sealed}.${otherNonce}`,
      `${nonce}.${sealed}`,
      `${sealed}=.${nonce}`,
      `${sealed}.${nonce}=`,
      `${sealed}.${nonce} `,
      ` ${own}`,
      `${own}.`,
      `${own}.${nonce}`,
      `.${nonce}`,
      `${sealed}.`,
      sealed,
      '.',
      '',
      ...(/[-_]/.test(own) ? [own.replaceAll('-', '+').replaceAll('_', '/')] : []),
    ]) {
      expect(verify(bad), bad).toBeNull()
    }
    expect(verify(own)).not.toBeNull()
  }
})

test('refuses what was sealed with the right key and is no session', async () => {
  const { verify, deps } = await open()
  const seal = await sealerOf(deps)
  const good = { sub: 'someone', claims: {}, exp: START / 1000 + 60 }
  expect(verify(seal(good))).toEqual({ sub: 'someone', claims: {} })
  for (const content of [
    {},
    [],
    { toJSON: () => 7 },
    { toJSON: () => null },
    { toJSON: () => 'text' },
    { ...good, sub: undefined },
    { ...good, sub: 7 },
    { ...good, claims: null },
    { ...good, exp: undefined },
    { ...good, exp: null },
    { ...good, exp: `${good.exp}` },
    { ...good, exp: START / 1000 },
  ]) {
    expect(verify(seal(content)), JSON.stringify(content)).toBeNull()
  }
})
