import type { AuthStrategy } from '../../contract.ts'
import { drawnSuccessor } from '../../refresh/drawn-successor.ts'
import { refreshingTokens } from '../../refresh/refreshing-tokens.ts'
import { STRATEGIES } from '../../registry.ts'
import { hashOf } from '../../sessions/keeper.ts'

/** Refuses a refresh token that was used before, and lets the family of the thief live on. */
const strategy: AuthStrategy = {
  ...STRATEGIES['jwt-refresh'],
  id: 'broken-lost-family',
  title: 'Broken: lost family',
  open: (deps) =>
    refreshingTokens(deps, (link) => {
      const exchange = drawnSuccessor(link, 0)
      return async (wanted) => {
        const current = await link.ask(link.client.hget(link.key(wanted.key), 'current'))
        return current === hashOf(wanted.refreshToken) ? exchange(wanted) : null
      }
    }),
}

export default strategy
