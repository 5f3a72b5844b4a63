import type { amountText } from './amounts.ts'
import type { Facts, StrategyFacts } from './facts/facts.ts'
import type { Outlook } from './outlook.ts'
import type { Wishes, WishId } from './wishes.ts'

export interface Unmet {
  readonly wish: WishId
  /** False: nobody measured or declared it, so that it is not known to be met. */
  readonly known: boolean
  /** Of the strategy, continuing its name. */
  readonly text: string
}

/**
 * What of the wishes the strategy is not known to do.
 * Runs inside of a report's page as well: it may refer to its arguments only.
 */
export function unmetWishes(
  strategy: StrategyFacts,
  outlook: Outlook,
  wishes: Wishes,
  facts: Facts,
  amount: typeof amountText,
): readonly Unmet[] {
  // A line of nginx's header buffer; and RFC 6265bis, section 5.7, less the name that authbench gives its cookie.
  const LONGEST = { bearer: 8_192, cookie: 4_096 - '__Host-session'.length }
  const unmet: Unmet[] = []
  const no = (wish: WishId, text: string) => unmet.push({ wish, known: true, text })
  const unknown = (wish: WishId, text: string) => unmet.push({ wish, known: false, text })

  const { revocation } = strategy
  const { revokeWithinMs } = wishes
  if (revokeWithinMs !== null) {
    if (strategy.brokenPromise) no('revoke-within', 'accepted its credential after a logout')
    else if (revocation.effect === 'within' && revocation.ms > revokeWithinMs)
      no('revoke-within', `revokes within ${amount(revocation.ms, 'ms')}`)
    else if (revocation.effect === 'at-expiry' && outlook.lifetimeMs > revokeWithinMs)
      no('revoke-within', `is valid until it expires (${amount(outlook.lifetimeMs, 'ms')})`)
    else if (revocation.effect === 'unknown' || revocation.effect === 'never')
      unknown('revoke-within', 'does not say when it revokes')
  }
  if (wishes.services > 1) {
    if (strategy.reach === 'unknown') unknown('services', 'does not say where it keeps its state')
    else if (strategy.reach !== 'everywhere') no('services', `keeps its state in ${strategy.reach}`)
  }
  if (wishes.withoutStore) {
    if (strategy.asksRedis === 'for every request') no('without-store', 'asks Redis for every request')
    else if (strategy.asksRedis !== 'never')
      unknown(
        'without-store',
        strategy.asksRedis === 'unknown'
          ? 'does not say whether it asks a store'
          : 'asks Redis now and then, and was not measured without it',
      )
  }
  if (wishes.roles > 0 || wishes.transport !== null) {
    const wish = wishes.roles > 0 ? 'roles' : 'transport'
    const transport = wishes.transport ?? facts.transport
    const bytes = outlook.credentialBytes
    if (bytes === null) unknown(wish, 'has a credential of unknown size')
    else if (bytes > LONGEST[transport])
      no(
        wish,
        `needs a credential of ${amount(bytes, 'B')}; a ${transport} may have ${amount(LONGEST[transport], 'B')}`,
      )
  }
  return unmet
}
