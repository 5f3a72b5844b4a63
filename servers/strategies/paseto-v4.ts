import type { AuthStrategy } from '../contract.ts'
import { NOT_REVOCABLE } from '../not-revocable.ts'

/** The format that leaves its bearer nothing to choose: the version fixes the algorithm. */
export const pasetoV4 = {
  title: 'PASETO v4.public (paseto)',
  summary:
    'Stateless access token with an Ed25519 signature and no header to attack; valid until it expires, whatever happens.',
  state: 'stateless',
  revocation: { effect: 'at-expiry' },
  family: 'token',
  needs: [],
  stores: null,
  roundTrips: 0,
  cache: null,
  refreshes: false,
  exceptions: NOT_REVOCABLE,
  library: 'paseto',
  async open(deps) {
    // Loaded by the servers that use it, not by every one.
    const { pasetoCodec } = await import('../token-paseto.ts')
    const codec = await pasetoCodec(deps)
    return {
      issue: codec.sign,
      async verify(credential) {
        if (credential === undefined) return null
        return (await codec.verify(credential))?.identity ?? null
      },
      revoke() {},
      close() {},
    }
  },
} satisfies Omit<AuthStrategy, 'id'>
