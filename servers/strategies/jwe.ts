import type { AuthStrategy } from '../contract.ts'
import { asyncTokens, STATELESS_TOKEN } from '../tokens/stateless-token.ts'

/** A token whose claims its bearer cannot read. Who can read it can also make it. */
export const jwe = {
  title: 'JWE dir + A256GCM (jose)',
  summary:
    'Encrypted access token: nobody but the server can read the claims; valid until it expires, whatever happens.',
  ...STATELESS_TOKEN,
  library: 'jose',
  async open(deps) {
    // Loaded by the servers that use it, not by every one.
    const { encryptedCodec } = await import('../tokens/encrypted.ts')
    const codec = await encryptedCodec(deps)
    return asyncTokens({ sign: codec.encrypt, verify: codec.decrypt })
  },
} satisfies Omit<AuthStrategy, 'id'>
