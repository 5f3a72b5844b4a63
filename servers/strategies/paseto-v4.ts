import type { AuthStrategy } from '../contract.ts'
import { asyncTokens, STATELESS_TOKEN } from '../tokens/stateless-token.ts'

/** The format that leaves its bearer nothing to choose: the version fixes the algorithm. */
export const pasetoV4 = {
  title: 'PASETO v4.public (paseto)',
  summary:
    'Stateless access token with an Ed25519 signature and no header to attack; valid until it expires, whatever happens.',
  ...STATELESS_TOKEN,
  library: 'paseto',
  async open(deps) {
    // Loaded by the servers that use it, not by every one.
    const { pasetoCodec } = await import('../tokens/paseto.ts')
    const codec = await pasetoCodec(deps)
    return asyncTokens(codec)
  },
} satisfies Omit<AuthStrategy, 'id'>
