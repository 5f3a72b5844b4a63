import { CompactEncrypt, type CompactJWEHeaderParameters, compactDecrypt, importJWK, type JWK } from 'jose'
import { assertAccepted } from './expectations.ts'
import { type Forger, type Forgery, openForger } from './forger.ts'
import { type Subject, USER } from './subject.ts'

/** Nobody here can make a token of the strategy: what the case asks for was not tested, and must not look as if it was kept. */
export class NotTestable extends Error {
  override readonly name = 'NotTestable'
}

/** Somebody who can make good tokens, signed or encrypted, and therefore ones that are good but for what they say. */
export interface Minter extends Pick<Forger, 'claims' | 'assertTaken'> {
  mint(forgery?: Pick<Forgery, 'claims' | 'payload' | 'header'>): Promise<string>
}

/** @throws NotTestable for tokens of another make, whose claims are tested beside their code */
export async function openMinter(subject: Subject): Promise<Minter> {
  const forger = await openForger(subject)
  if (forger.issued !== null) return { ...forger, mint: forger.token }
  const key = subject.environment.keys.A256GCM
  const issued = await decrypted(await subject.login(), key)
  if (issued === null) throw new NotTestable('no key of its tokens')
  const minter: Minter = {
    claims: (except = {}) => ({ ...issued, ...except }),
    mint: ({ claims, payload, header } = {}) =>
      encrypted(payload ?? JSON.stringify(minter.claims(claims)), { ...header }, key),
    async assertTaken(token) {
      assertAccepted(await subject.me(token), USER, 'a good token')
    },
  }
  await minter.assertTaken(await minter.mint())
  return minter
}

/** @throws NotTestable */
export async function openKeyedForger(subject: Subject): Promise<Forger> {
  const forger = await openForger(subject)
  if (forger.issued === null) throw new NotTestable('no key of its signatures')
  return forger
}

export function encryptionHeader(fields: Partial<CompactJWEHeaderParameters>): CompactJWEHeaderParameters {
  return { alg: 'dir', enc: 'A256GCM', typ: 'at+jwt', ...fields }
}

export async function encrypted(
  content: string,
  fields: Partial<CompactJWEHeaderParameters>,
  key: JWK,
): Promise<string> {
  const header = encryptionHeader(fields)
  return new CompactEncrypt(new TextEncoder().encode(content))
    .setProtectedHeader(header)
    .encrypt(await importJWK(key, header.alg === 'dir' ? header.enc : header.alg))
}

/** Null: not encrypted, or not with this key. */
async function decrypted(credential: string, key: JWK): Promise<Record<string, unknown> | null> {
  try {
    const { plaintext } = await compactDecrypt(credential, await importJWK(key, 'A256GCM'))
    return JSON.parse(new TextDecoder().decode(plaintext))
  } catch {
    return null
  }
}
