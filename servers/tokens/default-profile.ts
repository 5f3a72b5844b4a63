import { rolesNamed } from '../../src/worlds/roles.ts'
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

/** So many roles in the claim of that name, whatever it held; null: as it is. */
export const withRoles = (claims: TokenProfile['claims'], roles: number | null): TokenProfile['claims'] =>
  roles === null ? claims : { ...claims, roles: rolesNamed(roles) }
