import { CompactEncrypt, compactDecrypt, importJWK, type JWK } from 'jose'

/** For one reader alone (RFC 7516, ECDH-ES of RFC 7518 section 4.6): what lies in the control Redis, or in its memory after it, is of no use to others. */
export async function sealTo(publicKey: JWK, content: unknown): Promise<string> {
  const key = await importJWK(publicKey, 'ECDH-ES')
  return new CompactEncrypt(new TextEncoder().encode(JSON.stringify(content)))
    .setProtectedHeader({ alg: 'ECDH-ES', enc: 'A256GCM' })
    .encrypt(key)
}

export async function unsealed(sealed: string, privateKey: CryptoKey): Promise<unknown> {
  const { plaintext } = await compactDecrypt(sealed, privateKey)
  return JSON.parse(new TextDecoder().decode(plaintext))
}
