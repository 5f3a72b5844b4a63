import type { AuthStrategy } from '../contract.ts'
import { NOT_REVOCABLE } from '../not-revocable.ts'

/** A token whose claims its bearer cannot read. Who can read it can also make it. */
export const jwe = {
  title: 'JWE dir + A256GCM (jose)',
  summary:
    'Encrypted access token: nobody but the server can read the claims; valid until it expires, whatever happens.',
  state: 'stateless',
  revocation: { effect: 'at-expiry' },
  family: 'token',
  needs: [],
  stores: null,
  roundTrips: 0,
  cache: null,
  refreshes: false,
  exceptions: NOT_REVOCABLE,
  library: 'jose',
  async open(deps) {
    // Loaded by the servers that use it, not by every one.
    const { encryptedCodec } = await import('../token-encrypted.ts')
    const codec = await encryptedCodec(deps)
    return {
      issue: codec.encrypt,
      async verify(credential) {
        if (credential === undefined) return null
        return (await codec.decrypt(credential))?.identity ?? null
      },
      revoke() {},
      close() {},
    }
  },
} satisfies Omit<AuthStrategy, 'id'>
