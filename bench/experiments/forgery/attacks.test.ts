import { expect, test } from 'vitest'
import { otherTestKeys, testKeys } from '../../../servers/testing/test-deps.ts'
import { DEFAULT_TOKEN_PROFILE } from '../../../servers/tokens/default-profile.ts'
import { ATTACKS, attackIds } from '../../../src/experiments/forgery/observation.ts'
import { attacksOn, USER } from './attacks.ts'
import { VERIFIERS } from './verifiers.ts'

const TTL_SECONDS = 3600

async function worldOf(kind: 'HS256' | 'RS256') {
  const keys = await testKeys()
  const token = DEFAULT_TOKEN_PROFILE
  const set = await attacksOn(kind, {
    keys,
    otherKeys: await otherTestKeys(),
    token,
    ttlSeconds: TTL_SECONDS,
    address: 'http://127.0.0.1:9/keys',
  })
  const props = { kind, jwk: keys[kind], keys, token, ttlSeconds: TTL_SECONDS }
  return { set, props }
}

test('every kind of hostile token is another text than the good one, and there are as many in every run', async () => {
  const [first, second] = [await worldOf('RS256'), await worldOf('RS256')]
  for (const attack of attackIds) {
    if (attack === 'weak-key') continue
    const [tokens, again] = [first.set.tokens[attack], second.set.tokens[attack]]
    expect(tokens.length, attack).toBeGreaterThan(0)
    expect(again.length, attack).toBe(tokens.length)
    expect(
      tokens.filter(([, token]) => token === first.set.good),
      attack,
    ).toEqual([])
  }
})

test('what names another subject does so wherever it can be read', async () => {
  const { set } = await worldOf('HS256')
  const subjectIn = (token: string): unknown => {
    const [, payload = ''] = token.split('.')
    return Object(JSON.parse(Buffer.from(payload, 'base64url').toString())).sub
  }
  expect(subjectIn(set.good)).toBe(USER)
  for (const attack of attackIds) {
    if (attack === 'weak-key' || !ATTACKS[attack].namesAnother) continue
    const subjects = new Set(set.tokens[attack].map(([, token]) => subjectIn(token)))
    expect([...subjects], attack).toEqual(['user-0000001'])
  }
})

test.each(['readme', 'options', 'ours'] as const)(
  'every library, %s, takes the good token for its subject and an expired one for nothing',
  async (configuration) => {
    const { set, props } = await worldOf('HS256')
    const ends: (() => unknown)[] = []
    const stage = { defer: (end: () => unknown) => void ends.push(end) }
    try {
      for (const [library, open] of Object.entries(VERIFIERS)) {
        const verify = await open(configuration, props, stage)
        expect(await verify(set.good), library).toBe(USER)
        const [, [, expired = ''] = []] = set.tokens.expiry
        await expect(verify(expired), library).rejects.toThrow()
      }
    } finally {
      for (const end of ends) await end()
    }
  },
)
