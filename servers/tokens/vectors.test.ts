import { createHmac, createPublicKey, verify } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { AuthStrategy } from '../contract.ts'
import { STRATEGIES } from '../registry.ts'
import { otherTestKeys } from '../testing/test-deps.ts'
import { startTestServer } from '../testing/test-server.ts'
import {
  PASETO_BAD_VECTORS,
  PASETO_CLAIMS,
  PASETO_KEY,
  PASETO_VECTORS,
  type PasetoVector,
  SIGNATURE_VECTORS,
} from '../testing/vectors.ts'
import { parseKeysFile } from '../user-files/keys-file.ts'
import { fastSignatures } from './fast-jwt.ts'
import { joseSignatures } from './jose.ts'
import { pasetoKeys, v4Public } from './paseto.ts'

/** One bit of the last byte of the signature: the library has to look at all of it. */
function withOtherSignature(token: string): string {
  const [head = '', signature = ''] = token.split(/\.(?=[^.]*$)/)
  const bytes = Buffer.from(signature, 'base64url')
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1)
  return `${head}.${bytes.toString('base64url')}`
}

describe.each(SIGNATURE_VECTORS)('$name ($algorithm)', ({ algorithm, jwk, token, payload }) => {
  const [header = '', body = '', signature = ''] = token.split('.')

  test('is copied without a mistake, says node:crypto', () => {
    const input = Buffer.from(`${header}.${body}`)
    const bytes = Buffer.from(signature, 'base64url')
    expect(Buffer.from(body, 'base64url').toString()).toBe(payload)
    if (algorithm === 'HS256') {
      const secret = Buffer.from(jwk.k ?? '', 'base64url')
      expect(createHmac('sha256', secret).update(input).digest('base64url')).toBe(signature)
      return
    }
    const key = createPublicKey({ key: jwk, format: 'jwk' })
    const hash = algorithm === 'EdDSA' ? null : 'sha256'
    expect(verify(hash, input, { key, dsaEncoding: 'ieee-p1363' }, bytes)).toBe(true)
  })

  test('jose verifies it, and no other signature', async () => {
    const signatures = await joseSignatures(algorithm, jwk)
    const signed = await signatures.verify(token)
    expect(new TextDecoder().decode(signed?.payload)).toBe(payload)
    expect(signed?.header).toMatchObject({ alg: algorithm })
    expect(await signatures.verify(withOtherSignature(token))).toBeNull()
  })

  test.runIf(algorithm === 'RS256' || algorithm === 'EdDSA')('jose makes the same signature', async () => {
    const signatures = await joseSignatures(algorithm, jwk)
    expect(await signatures.sign(new TextEncoder().encode(payload))).toBe(token)
  })

  test('fast-jwt verifies it where the payload is a JSON object, and no other signature', () => {
    const signatures = fastSignatures(algorithm, jwk, 'JWT')
    const claims = payload.startsWith('{') ? JSON.parse(payload) : undefined
    expect(signatures.verify(token)?.claims).toEqual(claims)
    expect(signatures.verify(withOtherSignature(token))).toBeNull()
  })

  test('a server with its key takes its own tokens and not this one, which lacks the claims', async () => {
    const keys = parseKeysFile(JSON.stringify({ keys: [{ ...jwk, alg: algorithm }] }), 'keys.json')
    expect(Object.keys(keys)).toEqual([algorithm])
    const id = `jwt-${algorithm.toLowerCase()}`
    for (const strategy of Object.values(STRATEGIES).filter((each) => each.id.startsWith(id))) {
      expect(await statusesOf(strategy, keys, token), strategy.id).toEqual([200, 401])
    }
  })
})

describe('PASETO v4.public', () => {
  const bytes = (text: string) => new TextEncoder().encode(text)
  const options = ({ footer, implicitAssertion }: PasetoVector) => ({
    footer: bytes(footer),
    implicitAssertion: bytes(implicitAssertion),
    now: new Date('2021-12-31T23:59:59Z'),
  })

  test.each(PASETO_VECTORS)('$name is verified and made', async (vector) => {
    const { signingKey, verificationKey } = await pasetoKeys(PASETO_KEY)
    const { claims } = await v4Public.Verify(verificationKey, vector.token, options(vector))
    expect(claims).toEqual(PASETO_CLAIMS)
    const made = await v4Public.Sign(signingKey, PASETO_CLAIMS, { ...options(vector), addIssuedAt: false })
    expect(made).toBe(vector.token)
  })

  test.each(PASETO_BAD_VECTORS)('$name is refused', async (vector) => {
    const { verificationKey } = await pasetoKeys(PASETO_KEY)
    await expect(v4Public.Verify(verificationKey, vector.token, options(vector))).rejects.toMatchObject({
      code: 'ERR_PASETO_INVALID_TOKEN',
    })
  })

  test('a server with its key takes its own tokens and none of these', async () => {
    const keys = parseKeysFile(JSON.stringify({ ...PASETO_KEY, alg: 'v4.public' }), 'keys.json')
    for (const { token } of [...PASETO_VECTORS, ...PASETO_BAD_VECTORS]) {
      expect(await statusesOf(STRATEGIES['paseto-v4'], keys, token)).toEqual([200, 401])
    }
  })
})

/** Of `GET /me` with a token of the server's own, and with this one. */
async function statusesOf(
  strategy: AuthStrategy,
  given: ReturnType<typeof parseKeysFile>,
  token: string,
): Promise<readonly number[]> {
  const server = await startTestServer(strategy, { keys: { ...(await otherTestKeys()), ...given } })
  try {
    const me = (credential: string | undefined) =>
      fetch(`http://127.0.0.1:${server.port}/me`, { headers: { authorization: `Bearer ${credential}` } })
    const [own] = await server.issue(['someone'])
    return [(await me(own)).status, (await me(token)).status]
  } finally {
    await server.close()
  }
}
