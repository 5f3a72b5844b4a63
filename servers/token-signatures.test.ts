import { expect, test } from 'vitest'
import { testDeps } from './testing/test-deps.ts'
import { fastCodec } from './tokens/fast-jwt.ts'
import { joseCodec } from './tokens/jose.ts'

const now = Date.UTC(2030, 0, 1)
const deps = await testDeps({ now: () => now })
const ALGORITHMS = ['HS256', 'RS256', 'PS256', 'ES256', 'EdDSA'] as const

test.each(ALGORITHMS)(
  '%s tokens of jose and fast-jwt are the same, and each verifies the other',
  async (name) => {
    const [jose, fast] = [await joseCodec(name, deps), fastCodec(deps, name)]
    const [ofJose, ofFast] = [await jose.sign('someone'), fast.sign('someone')]
    expect(ofJose.split('.')[0]).toBe(ofFast.split('.')[0])
    expect(ofJose.length).toBe(ofFast.length)
    for (const token of [ofJose, ofFast]) {
      const verified = fast.verify(token)
      expect(verified).toMatchObject({
        identity: { sub: 'someone' },
        expiresAt: now / 1000 + deps.ttlSeconds,
      })
      expect(await jose.verify(token)).toEqual(verified)
    }
  },
)

test('an algorithm verifies the tokens of no other', async () => {
  const tokens = await Promise.all(
    ALGORITHMS.map(async (name) => (await joseCodec(name, deps)).sign('someone')),
  )
  for (const name of ALGORITHMS) {
    const [jose, fast] = [await joseCodec(name, deps), fastCodec(deps, name)]
    expect(tokens.map((token) => fast.verify(token) !== null)).toEqual(
      ALGORITHMS.map((other) => other === name),
    )
    expect(await Promise.all(tokens.map(async (token) => (await jose.verify(token)) !== null))).toEqual(
      ALGORITHMS.map((other) => other === name),
    )
  }
})

test('one RSA key has one algorithm: PS256 refuses what RS256 signed with the same key, and the other way round', async () => {
  const same = { ...deps, keys: { ...deps.keys, PS256: deps.keys.RS256 } }
  const [rs, ps] = [fastCodec(same, 'RS256'), fastCodec(same, 'PS256')]
  const [joseRs, josePs] = [await joseCodec('RS256', same), await joseCodec('PS256', same)]
  expect([ps.verify(rs.sign('x')), rs.verify(ps.sign('x'))]).toEqual([null, null])
  expect([await josePs.verify(rs.sign('x')), await joseRs.verify(ps.sign('x'))]).toEqual([null, null])
})
