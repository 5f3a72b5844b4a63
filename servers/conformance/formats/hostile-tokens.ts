import { createPrivateKey, sign } from 'node:crypto'
import type { JWK } from 'jose'
import type { KeyMaterial } from '../../contract.ts'
import { publicJwk } from '../../tokens/keys.ts'
import {
  type Attempts,
  encode,
  type Forgery,
  hmac,
  signature,
  signingInput,
  spellingsOfPublicKey,
  type TokenMaker,
} from './forger.ts'
import { encrypted, encryptionHeader } from './jwe.ts'
import { KEY_NAMES, OTHER_TYPES } from './names.ts'

/** Signed tokens that nobody may accept, as whoever has the key makes them, or somebody without it. */
const named = async (maker: TokenMaker, what: string, forgery: Forgery) =>
  [what, await maker.token(forgery)] as const

/** @param own a good token, whose signature they keep */
export function unsigned(maker: TokenMaker, own: string): Attempts {
  const [, , kept] = own.split('.')
  return ['none', 'None', 'NONE', 'nOnE', 'noNE', ''].flatMap((alg) => {
    const input = signingInput(maker.header({ alg }), maker.claims())
    return [
      [`${alg}, empty signature`, `${input}.`],
      [`${alg}, no signature`, input],
      [`${alg}, kept signature`, `${input}.${kept}`],
    ] as const
  })
}

export function publicKeyAsSecret(maker: TokenMaker, keys: KeyMaterial): Attempts {
  const input = signingInput(maker.header({ alg: 'HS256' }), maker.claims())
  return [keys.RS256, keys.PS256, keys.ES256, keys.EdDSA].flatMap((jwk) =>
    spellingsOfPublicKey(jwk).map(
      ([what, secret]) => [`${jwk.kty} ${what}`, `${input}.${hmac('sha256', secret, input)}`] as const,
    ),
  )
}

/** Those of a good token, under signatures that are none. */
export function brokenSignatures(own: string, keys: KeyMaterial): Attempts {
  const [header, payload] = own.split('.')
  const input = `${header}.${payload}`
  const ecdsa = createPrivateKey({ key: keys.ES256, format: 'jwk' })
  const asText = (bytes: Buffer) => `${input}.${bytes.toString('base64url')}`
  return [
    ['empty', `${input}.`],
    ['missing', input],
    ...[32, 64, 256].map((bytes) => [`${bytes} zero bytes`, asText(Buffer.alloc(bytes))] as const),
    ['DER', asText(sign('sha256', Buffer.from(input), ecdsa))],
    ['half an HMAC', asText(Buffer.from(hmac('sha256', 'x', input), 'base64url').subarray(0, 16))],
  ]
}

/** Good claims under another algorithm, with the server's own key or with one that it has for something else. */
export async function otherAlgorithms(maker: TokenMaker, keys: KeyMaterial): Promise<Attempts> {
  const secret = Buffer.from(keys.HS256.k ?? '', 'base64url')
  const rsa = createPrivateKey({ key: keys.RS256, format: 'jwk' })
  const attempts: (readonly [string, string])[] = []
  for (const bits of ['384', '512']) {
    const hmacInput = signingInput(maker.header({ alg: `HS${bits}` }), maker.claims())
    attempts.push([`HS${bits}`, `${hmacInput}.${hmac(`sha${bits}`, secret, hmacInput)}`])
    const rsaInput = signingInput(maker.header({ alg: `RS${bits}` }), maker.claims())
    attempts.push([`RS${bits}`, `${rsaInput}.${signature(`sha${bits}`, rsa, rsaInput)}`])
  }
  for (const alg of ['HS256', 'RS256', 'PS256', 'ES256', 'EdDSA'] as const) {
    if (alg !== maker.algorithm) attempts.push(await named(maker, alg, { algorithm: alg }))
  }
  // The server's own RSA key, in the padding that is not its own.
  if (maker.algorithm === 'RS256' || maker.algorithm === 'PS256') {
    const algorithm = maker.algorithm === 'RS256' ? 'PS256' : 'RS256'
    attempts.push(await named(maker, `${algorithm}, own key`, { algorithm, key: keys[maker.algorithm] }))
  }
  // The right signature under another name.
  const [, payload, own] = (await maker.token()).split('.')
  for (const alg of ['hs256', 'HS512', 'PS512', 'ES384', 'Ed448', 'A256GCM', 256, null, ['HS256']]) {
    attempts.push([`named ${alg}`, `${encode(maker.header({ alg }))}.${payload}.${own}`])
  }
  return attempts
}

/** Made with somebody else's key, which the token brings along or says where to find. */
export function broughtKeys(maker: TokenMaker, otherKey: JWK, address: string): Promise<Attempts> {
  const jwk = otherKey.kty === 'oct' ? otherKey : publicJwk(otherKey)
  const headers = [
    { jwk },
    { jku: address },
    { jku: address, kid: 'own' },
    { x5u: address },
    { x5c: ['AAAA'] },
  ]
  return Promise.all(
    headers.map((header) => named(maker, Object.keys(header).join(), { header, key: otherKey })),
  )
}

/** Made with somebody else's key, which has a name that leads elsewhere. */
export async function namedKeys(maker: TokenMaker, otherKey: JWK): Promise<Attempts> {
  const attempts = await Promise.all(
    KEY_NAMES.map((kid) =>
      named(maker, `kid ${String(kid).slice(0, 20)}`, { header: { kid }, key: otherKey }),
    ),
  )
  // What a file that reads as empty would make of the key.
  const input = signingInput(maker.header({ alg: 'HS256', kid: '/dev/null' }), maker.claims())
  const empty = ['', '\0'.repeat(32)].map(
    (secret) =>
      [`HMAC with ${secret.length} zero bytes`, `${input}.${hmac('sha256', secret, input)}`] as const,
  )
  return [...attempts, ...empty]
}

/** Made with the server's own key, and saying more than the format lets it. */
export function extended(maker: TokenMaker): Promise<Attempts> {
  const understood = { crit: { 'urn:x': true, b64: true } }
  return Promise.all([
    named(maker, 'unknown', { header: { crit: ['urn:x'], 'urn:x': 1 }, understood }),
    named(maker, 'encoded payload, said so', { header: { crit: ['b64'], b64: true }, understood }),
  ])
}

/** Made with the server's own key for another purpose. */
export const otherTypes = (maker: TokenMaker): Promise<Attempts> =>
  Promise.all(OTHER_TYPES.map((typ) => named(maker, `typ ${JSON.stringify(typ)}`, { header: { typ } })))

/** Encrypted where signed is asked for, and what lies between the two. */
export async function takenForSigned(maker: TokenMaker, keys: KeyMaterial): Promise<Attempts> {
  const token = await maker.token()
  const [header, payload, own] = token.split('.')
  const claims = JSON.stringify(maker.claims())
  return [
    ['five segments', `${encode(encryptionHeader({ alg: 'dir' }))}..AAAA.AAAA.AAAA`],
    ['flattened JSON', JSON.stringify({ protected: header, payload, signature: own })],
    ['token in a token', `${encode(maker.header())}.${encode(token)}.${own}`],
    ['claims, encrypted with the key of signatures', await encrypted(claims, {}, keys.HS256)],
    ['signed token, encrypted', await encrypted(token, { cty: 'JWT' }, keys.A256GCM)],
    [
      'signed with the key of encryption',
      await maker.token({ algorithm: 'HS256', key: { ...keys.A256GCM, kty: 'oct' } }),
    ],
  ]
}
