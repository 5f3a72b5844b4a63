import { CompactEncrypt, type CompactJWEHeaderParameters, compactDecrypt, importJWK, type JWK } from 'jose'
import type { Subject } from '../harness/checked-server.ts'
import type { Claims } from './forger.ts'
import type { TokenFormat } from './minter.ts'
import { KEY_NAMES, OTHER_TYPES } from './names.ts'

/** JWE in its compact form, its key used as it is (RFC 7518 section 4.5). */
export async function encryptedTokens(subject: Subject, credential: string): Promise<TokenFormat | null> {
  const { keys, otherKeys } = subject.environment
  const issued = await decrypted(credential, keys.A256GCM)
  if (issued === null) return null
  const claims = (except: Claims = {}) => ({ ...issued, ...except })
  /** Header fields may be anything: jose only looks at those that say how to encrypt. */
  const token = async (what: string, fields: Record<string, unknown>, key: JWK) =>
    [what, await encrypted(JSON.stringify(claims()), fields, key)] as const
  return {
    claims,
    mint: (forgery = {}) =>
      encrypted(forgery.payload ?? JSON.stringify(claims(forgery.claims)), {}, keys.A256GCM),
    severalAudiences: true,
    otherAlgorithms: () =>
      Promise.all([
        // Its key has the right length for these as well.
        token('A128CBC-HS256', { enc: 'A128CBC-HS256' }, keys.A256GCM),
        token('A256KW', { alg: 'A256KW' }, keys.A256GCM),
        token('A256GCMKW', { alg: 'A256GCMKW' }, keys.A256GCM),
        token('the key of signatures', {}, keys.HS256),
      ]),
    broughtKeys(address) {
      const jwk = otherKeys.A256GCM
      return Promise.all(
        [{ jwk }, { jku: address }, { jku: address, kid: 'own' }, { x5u: address }, { x5c: ['AAAA'] }].map(
          (header) => token(Object.keys(header).join(), header, jwk),
        ),
      )
    },
    namedKeys() {
      const unfilled: JWK = { kty: 'oct', k: Buffer.alloc(32).toString('base64url') }
      return Promise.all([
        ...KEY_NAMES.map((kid) => token(`kid ${String(kid).slice(0, 20)}`, { kid }, otherKeys.A256GCM)),
        token('32 zero bytes', { kid: '/dev/null' }, unfilled),
      ])
    },
    extended: async () => [await token('unknown', { crit: ['urn:x'], 'urn:x': 1 }, keys.A256GCM)],
    otherTypes: () =>
      Promise.all(OTHER_TYPES.map((typ) => token(`typ ${JSON.stringify(typ)}`, { typ }, keys.A256GCM))),
  }
}

export function encryptionHeader(fields: Record<string, unknown>): CompactJWEHeaderParameters {
  return { alg: 'dir', enc: 'A256GCM', typ: 'at+jwt', ...fields }
}

export async function encrypted(content: string, fields: Record<string, unknown>, key: JWK): Promise<string> {
  const header = encryptionHeader(fields)
  return new CompactEncrypt(new TextEncoder().encode(content))
    .setProtectedHeader(header)
    .encrypt(await importJWK(key, header.alg === 'dir' ? header.enc : header.alg), {
      crit: { 'urn:x': true },
    })
}

/** Null: not encrypted, or not with this key. */
async function decrypted(credential: string, key: JWK): Promise<Claims | null> {
  try {
    const { plaintext } = await compactDecrypt(credential, await importJWK(key, 'A256GCM'))
    return JSON.parse(new TextDecoder().decode(plaintext))
  } catch {
    return null
  }
}
