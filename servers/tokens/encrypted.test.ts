import { CompactEncrypt, CompactSign } from 'jose'
import { expect, test } from 'vitest'
import { testDeps } from '../testing/test-deps.ts'
import { newClaims } from './claims.ts'
import { encryptedCodec } from './encrypted.ts'
import { encryptionSecret } from './keys.ts'

const now = Date.UTC(2030, 0, 1)
const deps = await testDeps({ now: () => now })
const codec = await encryptedCodec(deps)
const secret = Uint8Array.from(encryptionSecret(deps.keys.A256GCM))
const HEADER = { alg: 'dir', enc: 'A256GCM', typ: 'at+jwt' }

interface Forgery {
  readonly header?: Record<string, unknown>
  readonly claims?: Record<string, unknown>
  readonly payload?: string
  readonly key?: Uint8Array
}

/** Made by somebody who has the key. */
function forge({ header, claims, payload, key = secret }: Forgery = {}): Promise<string> {
  const text = payload ?? JSON.stringify({ ...newClaims('someone', deps), ...claims })
  return new CompactEncrypt(new TextEncoder().encode(text))
    .setProtectedHeader({ ...HEADER, ...header })
    .encrypt(key)
}

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

test('takes its own token and that of whoever has the key', async () => {
  expect((await codec.decrypt(await codec.encrypt('someone')))?.identity.sub).toBe('someone')
  expect((await codec.decrypt(await forge()))?.identity.sub).toBe('someone')
})

test('does not show the claims', async () => {
  const token = await codec.encrypt('someone')
  for (const part of token.split('.').slice(1)) {
    expect(Buffer.from(part, 'base64url').toString('latin1')).not.toMatch(/someone|scope|exp/)
  }
})

test.each([
  ['no typ', { header: { typ: undefined } }],
  ['another typ', { header: { typ: 'JWT' } }],
  ['another audience', { claims: { aud: 'https://other.example.test' } }],
  ['another issuer', { claims: { iss: 'https://evil.example.test' } }],
  ['the end of its life', { claims: { exp: now / 1000 } }],
  ['no end', { claims: { exp: undefined } }],
  ['its life ahead', { claims: { nbf: now / 1000 + 1 } }],
  ['no id', { claims: { jti: undefined } }],
  ['no claims', { payload: '{}' }],
  ['another kind of payload', { payload: '[]' }],
  ['no JSON', { payload: 'null x' }],
  ['another key', { key: new Uint8Array(32) }],
  ['a compressed payload', { header: { zip: 'DEF' } }],
])('refuses a token with %s', async (_, forgery: Forgery) => {
  expect(await codec.decrypt(await forge(forgery))).toBeNull()
})

test('refuses a small token that unpacks into a large one', async () => {
  const token = await forge({ header: { zip: 'DEF' }, claims: { large: 'a'.repeat(5_000_000) } })
  expect(token.length).toBeLessThan(8192)
  expect(await codec.decrypt(token)).toBeNull()
})

test.each([
  ['A256KW', 'A256GCM'],
  ['A256GCMKW', 'A256GCM'],
])('refuses %s, though the key is right', async (alg, enc) => {
  expect(await codec.decrypt(await forge({ header: { alg, enc } }))).toBeNull()
})

test.each([
  ['A128GCM', 16],
  ['A192GCM', 24],
  ['A128CBC-HS256', 32],
])('refuses %s', async (enc, bytes) => {
  expect(await codec.decrypt(await forge({ header: { enc }, key: secret.slice(0, bytes) }))).toBeNull()
})

test('refuses a password-based token before it does the work that the token asks for', async () => {
  const header = { alg: 'PBES2-HS256+A128KW', p2c: 2_147_483_647, p2s: 'c2FsdHNhbHQ' }
  const [, , ...parts] = (await codec.encrypt('someone')).split('.')
  expect(
    await codec.decrypt([encode({ ...HEADER, ...header }), 'A'.repeat(32), ...parts].join('.')),
  ).toBeNull()
})

test('refuses RSA1_5, and a token in the token', async () => {
  const [, , ...parts] = (await codec.encrypt('someone')).split('.')
  const header = encode({ ...HEADER, alg: 'RSA1_5' })
  expect(await codec.decrypt([header, 'A'.repeat(342), ...parts].join('.'))).toBeNull()
  const nested = await codec.encrypt('someone')
  expect(await codec.decrypt(await forge({ header: { cty: 'JWT' }, payload: nested }))).toBeNull()
})

test('refuses a signed token', async () => {
  const signed = await new CompactSign(new TextEncoder().encode(JSON.stringify(newClaims('someone', deps))))
    .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt' })
    .sign(secret)
  expect(await codec.decrypt(signed)).toBeNull()
})

test('refuses a token with anything changed, left out or added', async () => {
  const token = await codec.encrypt('someone')
  const [header = '', key = '', iv = '', ciphertext = '', tag = ''] = token.split('.')
  const flipped = (part: string) => {
    const bytes = Buffer.from(part, 'base64url')
    bytes.writeUInt8(bytes.readUInt8(0) ^ 1, 0)
    return bytes.toString('base64url')
  }
  const shorter = (part: string, bytes: number) =>
    Buffer.from(part, 'base64url').subarray(0, bytes).toString('base64url')
  for (const parts of [
    [encode({ ...HEADER, kid: 'x' }), key, iv, ciphertext, tag],
    [header, 'AAAA', iv, ciphertext, tag],
    [header, key, flipped(iv), ciphertext, tag],
    [header, key, shorter(iv, 8), ciphertext, tag],
    [header, key, '', ciphertext, tag],
    [header, key, iv, flipped(ciphertext), tag],
    [header, key, iv, '', tag],
    [header, key, iv, ciphertext, flipped(tag)],
    [header, key, iv, ciphertext, shorter(tag, 12)],
    [header, key, iv, ciphertext, shorter(tag, 4)],
    [header, key, iv, ciphertext, ''],
    [header, key, iv, ciphertext],
    [header, key, iv, ciphertext, tag, ''],
    [header, key, iv, ciphertext, tag, 'x'],
  ]) {
    expect(await codec.decrypt(parts.join('.')), parts.join('.')).toBeNull()
  }
  expect(await codec.decrypt(token)).not.toBeNull()
})

test('refuses every other spelling of each part', async () => {
  for (const padding of ['', 'x', 'xx']) {
    const token = await forge({ claims: { padding } })
    const parts = token.split('.')
    for (const index of [2, 3, 4]) {
      const part = parts[index] ?? ''
      const spellings = [`${part}=`, ` ${part}`, `${part}\n`, `${part.slice(0, 4)} ${part.slice(4)}`]
      if (part.length % 4 !== 0) spellings.push(withStrayBit(part))
      for (const spelling of spellings) {
        expect(await codec.decrypt(parts.with(index, spelling).join('.')), spelling).toBeNull()
      }
    }
    expect(await codec.decrypt(token)).not.toBeNull()
  }
})

/** Another text for the same bytes. */
function withStrayBit(part: string): string {
  const last = part.charCodeAt(part.length - 1)
  const other = part.slice(0, -1) + String.fromCharCode(last + 1)
  expect(Buffer.from(other, 'base64url')).toEqual(Buffer.from(part, 'base64url'))
  return other
}
