import type { TokenProfile } from '../contract.ts'

/** About as large as a typical RFC 9068 access token: scope, two roles, a tenant. */
export const DEFAULT_TOKEN_PROFILE: TokenProfile = {
  issuer: 'https://auth.example.test',
  audience: 'https://api.example.test',
  otherAudiences: [],
  clientId: 'authbench',
  claims: {
    scope: 'orders:read orders:write profile',
    roles: ['customer', 'reviewer'],
    tenant: 'tenant-0001',
  },
}
