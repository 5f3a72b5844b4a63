import { sign } from 'node:crypto'
import { CompactSign, importJWK } from 'jose'
import { expect, test } from 'vitest'
import { otherTestKeys, testDeps } from '../testing/test-deps.ts'
import { newClaims } from './claims.ts'
import { keyPair } from './keys.ts'
import { pasetoCodec } from './paseto.ts'

const now = Date.UTC(2030, 0, 1)
const deps = await testDeps({ now: () => now })
const codec = await pasetoCodec(deps)
const inSeconds = (seconds: number) => new Date(now + 1000 * seconds).toISOString()

const CLAIMS = {
  iss: deps.token.issuer,
  aud: deps.token.audience,
  sub: 'someone',
  client_id: deps.token.clientId,
  jti: 'x',
  iat: inSeconds(0),
  exp: inSeconds(60),
}

/** Made by somebody who has the key and knows the purpose, without the library: it signs only what it takes itself. */
function forge(claims: object | string = CLAIMS, footer = '', purpose = 'access token'): string {
  const payload = typeof claims === 'string' ? claims : JSON.stringify(claims)
  const pieces = ['v4.public.', payload, footer, purpose].map((piece) => Buffer.from(piece))
  const encoded = [size(pieces.length), ...pieces.flatMap((piece) => [size(piece.length), piece])]
  const signature = sign(null, Buffer.concat(encoded), keyPair('PASETO', deps.keys.PASETO).privateKey)
  const body = Buffer.concat([Buffer.from(payload), signature]).toString('base64url')
  return `v4.public.${body}${footer === '' ? '' : `.${Buffer.from(footer).toString('base64url')}`}`
}

/** Of the pre-authentication encoding (PASETO, Common, section 2.2.1). */
function size(value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt(value))
  return bytes
}

const without = (name: keyof typeof CLAIMS) => {
  const { [name]: _, ...others } = CLAIMS
  return others
}

test('takes its own token and that of whoever has the key', async () => {
  const own = await codec.verify(await codec.sign('someone'))
  expect(own).toMatchObject({
    identity: { sub: 'someone', claims: deps.token.claims },
    expiresAt: now / 1000 + deps.ttlSeconds,
  })
  expect((await codec.verify(forge()))?.identity).toEqual({ sub: 'someone', claims: {} })
  expect(await codec.verify(forge({ ...CLAIMS, nbf: '2030-01-01T01:00:00+01:00' }))).not.toBeNull()
})

test('carries one audience, and each token another id', async () => {
  const several = await pasetoCodec({ ...deps, token: { ...deps.token, otherAudiences: ['https://b.test'] } })
  const [first, second] = [await several.sign('someone'), await several.sign('someone')]
  expect(first).not.toBe(second)
  expect(await codec.verify(first)).not.toBeNull()
})

test.each([
  ['another audience', { ...CLAIMS, aud: 'https://other.example.test' }],
  ['no audience', without('aud')],
  ['another issuer', { ...CLAIMS, iss: 'https://evil.example.test' }],
  ['no issuer', without('iss')],
  ['no subject', without('sub')],
  ['no client', without('client_id')],
  ['no id', without('jti')],
  ['no time of issue', without('iat')],
  ['a time of issue that is ahead', { ...CLAIMS, iat: inSeconds(1) }],
  ['no end', without('exp')],
  ['the end of its life', { ...CLAIMS, exp: inSeconds(0) }],
  ['its life ahead', { ...CLAIMS, nbf: inSeconds(0.001) }],
])('refuses a token with %s', async (_, claims) => {
  expect(await codec.verify(forge(claims))).toBeNull()
})

test('refuses times in numbers, and what is no set of claims', async () => {
  const claims = JSON.stringify({ ...CLAIMS, exp: now / 1000 + 60 })
  expect(await codec.verify(forge(claims))).toBeNull()
  for (const payload of ['null', '[]', '{', '7', '\u0000']) {
    expect(await codec.verify(forge(payload)), payload).toBeNull()
  }
})

test('refuses a token for another purpose, or with a footer', async () => {
  expect(await codec.verify(forge(CLAIMS, '', ''))).toBeNull()
  expect(await codec.verify(forge(CLAIMS, '', 'refresh token'))).toBeNull()
  expect(await codec.verify(forge(CLAIMS, '{"kid":"1"}'))).toBeNull()
  const token = forge()
  for (const footer of ['.', '.e30', '.eyJraWQiOiIxIn0', '.=']) {
    expect(await codec.verify(token + footer), footer).toBeNull()
  }
})

test('refuses other versions, purposes and formats, and the token of another key', async () => {
  const token = await codec.sign('someone')
  const [, , payload = ''] = token.split('.')
  const key = await importJWK(deps.keys.PASETO, 'EdDSA')
  const jwt = await new CompactSign(Buffer.from(JSON.stringify(newClaims('someone', deps))))
    .setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt' })
    .sign(key)
  const other = await pasetoCodec({ ...deps, keys: await otherTestKeys() })
  for (const bad of [
    ...['v4.local', 'v3.public', 'v2.public', 'v1.public', 'V4.public', 'v4.Public', 'v4.', 'v5.public'].map(
      (header) => `${header}.${payload}`,
    ),
    payload,
    'v4.public.',
    'v4.public',
    `v4.public.${Buffer.alloc(64).toString('base64url')}`,
    `v4.public.${Buffer.alloc(300).toString('base64url')}`,
    jwt,
    await other.sign('someone'),
  ]) {
    expect(await codec.verify(bad), bad).toBeNull()
  }
})

test('refuses every other spelling, and every other signature', async () => {
  for (const sub of ['a', 'ab', 'abc']) {
    const token = forge({ ...CLAIMS, sub })
    const [, , payload = ''] = token.split('.')
    const raw = Buffer.from(payload, 'base64url')
    const spellings = [`${token}=`, `${token}\n`, ` ${token}`, `${token.slice(0, 40)} ${token.slice(40)}`]
    if (payload.length % 4 !== 0) {
      const stray = token.slice(0, -1) + String.fromCharCode(token.charCodeAt(token.length - 1) + 1)
      expect(Buffer.from(stray.slice('v4.public.'.length), 'base64url')).toEqual(raw)
      spellings.push(stray)
    }
    for (const place of [0, raw.length - 64, raw.length - 33, raw.length - 1]) {
      const bits = Buffer.from(raw)
      bits.writeUInt8(bits.readUInt8(place) ^ 1, place)
      spellings.push(`v4.public.${bits.toString('base64url')}`)
    }
    spellings.push(`v4.public.${withOtherScalar(raw).toString('base64url')}`)
    for (const spelling of spellings) expect(await codec.verify(spelling), spelling).toBeNull()
    expect(await codec.verify(token)).not.toBeNull()
  }
})

/** S + L instead of S: the same point, and no canonical signature (RFC 8032 section 5.1.7). */
function withOtherScalar(token: Buffer): Buffer {
  const order = 2n ** 252n + 27742317777372353535851937790883648493n
  const scalar = BigInt(`0x${Buffer.from(token.subarray(-32)).reverse().toString('hex')}`)
  const other = Buffer.from((scalar + order).toString(16).padStart(64, '0'), 'hex').reverse()
  return Buffer.concat([token.subarray(0, -32), other])
}
