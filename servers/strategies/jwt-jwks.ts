import { authServerClient } from '../auth-server/client.ts'
import type { AuthStrategy } from '../contract.ts'
import { NOT_REVOCABLE } from '../tokens/logout-exceptions.ts'

/**
 * The token of jwt-rs256, signed by the auth server. This server has no key of its own: it can verify, and never forge.
 * The difference to jwt-rs256 is what looking up a key by its name costs.
 */
export const jwtJwks = {
  title: 'JWT RS256, keys by JWKS (jose)',
  summary:
    'Access token signed by the auth server; the public keys are fetched from it, kept, and replaced when they rotate.',
  state: 'stateless',
  revocation: { effect: 'at-expiry' },
  family: 'token and auth server',
  needs: ['auth-server'],
  stores: null,
  roundTrips: 0,
  cache: null,
  refreshes: false,
  exceptions: NOT_REVOCABLE,
  library: 'jose',
  async open(deps) {
    // Loaded by the servers that use it, not by every one.
    const { jwksVerifier } = await import('../tokens/jwks.ts')
    const authServer = await authServerClient(deps)
    const verify = jwksVerifier(authServer.keySet, deps)
    return {
      issue: (subject) => authServer.issue(subject, 'jwt', deps.now()),
      async verify(credential) {
        return credential === undefined ? null : ((await verify(credential))?.identity ?? null)
      },
      revoke() {},
      close: authServer.close,
    }
  },
} satisfies Omit<AuthStrategy, 'id'>
