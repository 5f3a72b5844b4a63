import { createHmac, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import type { JWK } from 'jose'
import type { Subject } from '../harness/checked-server.ts'
import { type Claims, encode } from './forger.ts'
import type { TokenFormat } from './minter.ts'
import { KEY_NAMES } from './names.ts'

const HEADER = 'v4.public.'
/** What access tokens are signed with and do not carry. */
const PURPOSE = 'access token'
const SIGNATURE_BYTES = 64
const TIMES = ['iat', 'nbf', 'exp']

interface Signing {
  readonly key: KeyObject
  readonly header?: string
  readonly footer?: string
  readonly purpose?: string
}

/**
 * PASETO v4.public. Signed without the library, which signs only what it takes itself. Numbers for times become
 * dates, as the format has them; whatever else stands for a time stays as it is.
 */
export function pasetoTokens(subject: Subject, credential: string): TokenFormat | null {
  const { keys, otherKeys } = subject.environment
  const [own, other] = [privateKey(keys.PASETO), privateKey(otherKeys.PASETO)]
  const issued = verified(credential, createPublicKey(own))
  if (issued === null) return null
  const claims = (except: Claims = {}) => ({
    ...issued,
    ...Object.fromEntries(Object.entries(except).map(([name, value]) => [name, dated(name, value)])),
  })
  const payload = JSON.stringify(claims())
  const publicKey = Buffer.from(keys.PASETO.x ?? '', 'base64url')
  const signed = (what: string, signing: Partial<Signing>) =>
    [what, token(payload, { key: own, ...signing })] as const
  return {
    claims,
    mint: (forgery = {}) => token(forgery.payload ?? JSON.stringify(claims(forgery.claims)), { key: own }),
    severalAudiences: false,
    otherAlgorithms() {
      const good = token(payload, { key: own })
      const jwt = (alg: string) => `${encode({ alg, typ: 'at+jwt' })}.${encode(payload)}`
      return [
        // The right signature under another name.
        ...[
          'v1.public.',
          'v2.public.',
          'v3.public.',
          'v5.public.',
          'v4.local.',
          'V4.public.',
          'v4.Public.',
        ].map((name) => [`named ${name}`, good.replace(HEADER, name)] as const),
        signed('v2.public, own key', { header: 'v2.public.', purpose: '' }),
        signed('v3.public, own key', { header: 'v3.public.' }),
        signed('the key of JWT signatures', { key: privateKey(keys.EdDSA) }),
        ['a JWT', `${jwt('EdDSA')}.${sign(null, Buffer.from(jwt('EdDSA')), own).toString('base64url')}`],
        [
          'a JWT, public key as its secret',
          `${jwt('HS256')}.${createHmac('sha256', publicKey).update(jwt('HS256')).digest('base64url')}`,
        ],
      ]
    },
    broughtKeys(address) {
      const x = otherKeys.PASETO.x ?? ''
      const footers = [
        { jwk: { kty: 'OKP', crv: 'Ed25519', x } },
        { wpk: `k4.public.${x}` },
        { jku: address, kid: 'own' },
      ]
      return footers.map((footer) =>
        signed(Object.keys(footer).join(), { footer: JSON.stringify(footer), key: other }),
      )
    },
    namedKeys: () => [
      signed('no name', { key: other }),
      ...KEY_NAMES.map((kid) =>
        signed(`kid ${String(kid).slice(0, 20)}`, { footer: JSON.stringify({ kid }), key: other }),
      ),
    ],
    extended: () =>
      ['{"crit":["urn:x"],"urn:x":1}', '{"kid":"own"}', 'x', '{'].map((footer) =>
        signed(`footer ${footer}`, { footer }),
      ),
    otherTypes: () =>
      ['', 'refresh token', 'id token', 'Access token', 'access token '].map((purpose) =>
        signed(`for '${purpose}'`, { purpose }),
      ),
  }
}

const privateKey = (jwk: JWK) => createPrivateKey({ key: jwk, format: 'jwk' })

function dated(name: string, value: unknown): unknown {
  return TIMES.includes(name) && typeof value === 'number' ? new Date(1000 * value).toISOString() : value
}

function token(payload: string, { key, header = HEADER, footer = '', purpose = PURPOSE }: Signing): string {
  const signature = sign(null, preAuthenticated([header, payload, footer, purpose]), key)
  const body = Buffer.concat([Buffer.from(payload), signature]).toString('base64url')
  return `${header}${body}${footer === '' ? '' : `.${Buffer.from(footer).toString('base64url')}`}`
}

function verified(credential: string, key: KeyObject): Claims | null {
  if (!credential.startsWith(HEADER)) return null
  const body = Buffer.from(credential.slice(HEADER.length), 'base64url')
  const payload = body.subarray(0, -SIGNATURE_BYTES)
  const input = preAuthenticated([HEADER, payload, '', PURPOSE])
  return verify(null, input, key, body.subarray(-SIGNATURE_BYTES)) ? JSON.parse(payload.toString()) : null
}

/** Pre-authentication encoding (PASETO, Common, section 2.2.1). */
function preAuthenticated(pieces: readonly (string | Uint8Array)[]): Buffer {
  const encoded = pieces.map((piece) => Buffer.from(piece))
  return Buffer.concat([size(encoded.length), ...encoded.flatMap((piece) => [size(piece.length), piece])])
}

function size(value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt(value))
  return bytes
}
