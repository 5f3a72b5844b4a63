import jsonwebtoken from 'jsonwebtoken'
import type { AuthStrategy } from '../../../servers/contract.ts'
import { hmacSecret } from '../../../servers/tokens/keys.ts'
import { STATELESS_TOKEN } from '../../../servers/tokens/stateless-token.ts'

/** No server of authbench takes a token without exp. This one signs and verifies as the first examples of its library do. */
export const endlessToken: AuthStrategy = {
  ...STATELESS_TOKEN,
  id: 'jsonwebtoken',
  title: 'JWT without exp (jsonwebtoken)',
  summary: 'A token that nobody gave an end.',
  library: 'jsonwebtoken',
  async open({ keys }) {
    const secret = hmacSecret(keys.HS256)
    return {
      issue: (subject) => jsonwebtoken.sign({ sub: subject }, secret),
      verify(credential) {
        try {
          const { sub } = Object(jsonwebtoken.verify(credential ?? '', secret))
          return typeof sub === 'string' ? { sub, claims: {} } : null
        } catch {
          return null
        }
      },
      revoke() {},
      close() {},
    }
  },
}
