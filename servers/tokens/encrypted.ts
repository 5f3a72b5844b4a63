import { CompactEncrypt, compactDecrypt, errors } from 'jose'
import type { StrategyDeps } from '../contract.ts'
import {
  ACCESS_TOKEN_TYPE,
  type AccessToken,
  isCanonicalBase64url,
  newClaims,
  parseClaims,
  readClaims,
} from './claims.ts'
import { encryptionSecret } from './keys.ts'

interface EncryptedCodec {
  encrypt(subject: string): Promise<string>
  /** Null: not a valid access token of this issuer for this audience, at this moment. */
  decrypt(token: string): Promise<AccessToken | null>
}

const HEADER = { alg: 'dir', enc: 'A256GCM', typ: ACCESS_TOKEN_TYPE } as const

/**
 * Encrypted access tokens (RFC 7516) with jose, the claims straight in them: the one key that can make them is the
 * server's own, so a signature inside would say nothing more. Other algorithms are refused before any work is done
 * for them, PBES2 and its chosen number of rounds above all, and so is compression, which lets a small token unpack
 * into a large one (RFC 8725 section 3.6).
 * @throws AuthbenchError `WEAK_KEY`
 */
export async function encryptedCodec(deps: StrategyDeps): Promise<EncryptedCodec> {
  const secret = Uint8Array.from(encryptionSecret(deps.keys.A256GCM))
  const key = await crypto.subtle.importKey('raw', secret, 'AES-GCM', false, ['encrypt', 'decrypt'])
  const encoder = new TextEncoder()
  const options = {
    keyManagementAlgorithms: [HEADER.alg],
    contentEncryptionAlgorithms: [HEADER.enc],
    maxDecompressedLength: 0,
  }
  return {
    encrypt: (subject) =>
      new CompactEncrypt(encoder.encode(JSON.stringify(newClaims(subject, deps))))
        .setProtectedHeader(HEADER)
        .encrypt(key),
    async decrypt(token) {
      if (!isCanonical(token)) return null
      try {
        const { plaintext, protectedHeader } = await compactDecrypt(token, key, options)
        if (protectedHeader.typ !== ACCESS_TOKEN_TYPE || protectedHeader.crit !== undefined) return null
        const claims = parseClaims(plaintext)
        return claims === null ? null : readClaims(claims, deps.token, deps.now())
      } catch (error) {
        if (error instanceof errors.JOSEError) return null
        throw error
      }
    },
  }
}

/** The header is authenticated as it is written; the parts after it only as the bytes that they decode to. */
function isCanonical(token: string): boolean {
  const [, ...parts] = token.split('.', 6)
  return parts.length === 4 && parts.every(isCanonicalBase64url)
}
