import { createCipheriv, randomBytes } from 'node:crypto'
import { createRequire } from 'node:module'
import type { JWK } from 'jose'
import type { Subject } from '../harness/checked-server.ts'
import { type Claims, encode, hmac } from './forger.ts'
import { encrypted } from './jwe.ts'
import type { TokenFormat } from './minter.ts'
import { KEY_NAMES } from './names.ts'

const NONCE_BYTES = 24
const TAG_BYTES = 16

/** What of libsodium is used here; both write to their first argument. */
interface Sodium {
  crypto_secretbox_easy(sealed: Buffer, message: Buffer, nonce: Buffer, key: Buffer): void
  crypto_secretbox_open_easy(message: Buffer, sealed: Buffer, nonce: Buffer, key: Buffer): boolean
}

/**
 * The very one of the plug-in, without the plug-in, which seals nothing but JSON objects. Loaded where such a session is seen: it is
 * not there for every system that the rest runs on.
 */
const theirs = (): Sodium => createRequire(import.meta.resolve('@fastify/secure-session'))('sodium-native')

/** A session sealed with XSalsa20-Poly1305, a point, the nonce. It has no header: what is true of it is its key and its content. */
export function sealedSessions(subject: Subject, credential: string): TokenFormat | null {
  const { keys, otherKeys } = subject.environment
  const [own, other] = [bytesOf(keys.A256GCM), bytesOf(otherKeys.A256GCM)]
  const issued = opened(credential, own)
  if (issued === null) return null
  const claims = (except: Claims = {}) => ({ ...issued, ...except })
  const saying = (content: Claims, key: Buffer) => sealed(JSON.stringify(claims(content)), key)
  const good = saying({}, own)
  return {
    claims,
    mint: (forgery = {}) => sealed(forgery.payload ?? JSON.stringify(claims(forgery.claims)), own),
    severalAudiences: false,
    async otherAlgorithms() {
      const payload = JSON.stringify(claims())
      const jwt = `${encode({ alg: 'HS256', typ: 'at+jwt' })}.${encode(payload)}`
      return [
        ['AES-256-GCM, own key', sealedOtherwise('aes-256-gcm', payload, own)],
        ['ChaCha20-Poly1305, own key', sealedOtherwise('chacha20-poly1305', payload, own)],
        ['not sealed', `${encode(payload)}.${good.split('.')[1]}`],
        ['the key of signatures', saying({}, bytesOf(keys.HS256))],
        ['a JWE, own key', await encrypted(payload, {}, keys.A256GCM)],
        ['a JWT, own key', `${jwt}.${hmac('sha256', own, jwt)}`],
      ]
    },
    broughtKeys: (address) => [
      ['a key', saying({ jwk: otherKeys.A256GCM }, other)],
      ['an address', saying({ jku: address }, other)],
      ['a key behind it', `${saying({}, other)}.${other.toString('base64url')}`],
    ],
    namedKeys: () => [
      ...KEY_NAMES.map((kid) => [`kid ${String(kid).slice(0, 20)}`, saying({ kid }, other)] as const),
      ['a name behind it', `${saying({}, other)}.own`],
      ['32 zero bytes', saying({ kid: '/dev/null' }, Buffer.alloc(32))],
    ],
    extended: () => [
      ['one more part', `${good}.${encode({ crit: ['urn:x'] })}`],
      ['an empty part', `${good}.`],
      ['a part before it', `e30.${good}`],
    ],
    otherTypes: () =>
      ['refresh', 'csrf'].map((typ) => [`typ ${typ}`, saying({ typ, purpose: typ }, own)] as const),
  }
}

const bytesOf = ({ k = '' }: JWK) => Buffer.from(k, 'base64url')

const joined = (parts: readonly Buffer[]) => parts.map((part) => part.toString('base64url')).join('.')

function sealed(payload: string, key: Buffer): string {
  const [message, nonce] = [Buffer.from(payload), randomBytes(NONCE_BYTES)]
  const box = Buffer.alloc(message.length + TAG_BYTES)
  theirs().crypto_secretbox_easy(box, message, nonce, key)
  return joined([box, nonce])
}

/** In the same form, tag first; these ciphers take 12 bytes of the nonce. */
function sealedOtherwise(
  algorithm: 'aes-256-gcm' | 'chacha20-poly1305',
  payload: string,
  key: Buffer,
): string {
  const nonce = randomBytes(NONCE_BYTES)
  const [iv, options] = [nonce.subarray(0, 12), { authTagLength: TAG_BYTES }]
  const cipher =
    algorithm === 'aes-256-gcm'
      ? createCipheriv(algorithm, key, iv, options)
      : createCipheriv(algorithm, key, iv, options)
  const text = Buffer.concat([cipher.update(payload), cipher.final()])
  return joined([Buffer.concat([cipher.getAuthTag(), text]), nonce])
}

/** Null: another form, or another key. */
function opened(credential: string, key: Buffer): Claims | null {
  const [box, nonce, ...more] = credential.split('.').map((part) => Buffer.from(part, 'base64url'))
  if (more.length > 0 || box === undefined || nonce?.length !== NONCE_BYTES || box.length < TAG_BYTES)
    return null
  const message = Buffer.alloc(box.length - TAG_BYTES)
  return theirs().crypto_secretbox_open_easy(message, box, nonce, key) ? JSON.parse(message.toString()) : null
}
