import { expect, test } from 'vitest'
import { STRATEGIES } from '../registry.ts'
import { testKeys } from '../testing/test-deps.ts'
import { DEFAULT_TOKEN_PROFILE } from '../tokens/default-profile.ts'
import { assertFits } from './credential-size.ts'

const keys = await testKeys()

function check(id: keyof typeof STRATEGIES, transport: 'bearer' | 'cookie', claimBytes: number) {
  const token = { ...DEFAULT_TOKEN_PROFILE, claims: { long: 'x'.repeat(claimBytes) } }
  return assertFits(STRATEGIES[id], { keys, token, ttlSeconds: 60, transport }, 'user-0000001')
}

test.each(Object.values(STRATEGIES))('the default claims fit into a credential of $id', async (strategy) => {
  const options = { keys, token: DEFAULT_TOKEN_PROFILE, ttlSeconds: 60 }
  await assertFits(strategy, { ...options, transport: 'bearer' }, 'user-0000001')
  await assertFits(strategy, { ...options, transport: 'cookie' }, 'user-0000001')
})

test('claims that make a token too long for the server are refused with both lengths', async () => {
  await check('jwt-hs256', 'bearer', 5000)
  await expect(check('jwt-hs256', 'bearer', 6000)).rejects.toMatchObject({
    code: 'CLAIMS_TOO_LONG',
    exitCode: 2,
    message: expect.stringMatching(/jwt-hs256 has 8\d{3} bytes, and a bearer may have 8192$/),
  })
})

test('a browser takes less in a cookie than the server does in a header', async () => {
  await expect(check('jwt-hs256', 'cookie', 5000)).rejects.toMatchObject({
    code: 'CLAIMS_TOO_LONG',
    message: expect.stringMatching(/a cookie may have 4082$/),
  })
})

test('an opaque id does not grow with the claims', () => check('session-redis', 'bearer', 100_000))
