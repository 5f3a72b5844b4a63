import type { MaybePromise, StrategyDeps } from '../contract.ts'
import { type StatusBits, unpackStatusList } from './status-list.ts'
import { LIST_SIZE, type StatusListIssuer } from './status-list-issuer.ts'
import { LIST_TTL_SECONDS, type StatusListTokens } from './status-list-token.ts'

interface Held {
  readonly bits: StatusBits
  /** Seconds since the epoch. */
  readonly expiresAt: number
  /** The same moment, and that of the next fetch, by a clock that nobody sets. */
  readonly expiresAtMs: number
  readonly dueAtMs: number
}

/** The lists that a server knows: null where there is no valid one of this name. */
export type StatusListCache = (uri: string) => MaybePromise<StatusBits | null>

/**
 * A list is fetched again when its `ttl` has passed, by the first request after it, which does not wait for it: nobody
 * does until the list has expired. So there is nothing to poll while nobody asks, and no list is used any longer than
 * its signature allows, whatever happens to Redis or to the clock.
 */
export function statusListCache(
  deps: StrategyDeps,
  source: Pick<StatusListIssuer, 'fetch'>,
  tokens: StatusListTokens,
): StatusListCache {
  const lists = new Map<string, Held>()
  const fetching = new Map<string, Promise<StatusBits | null>>()
  const usable = ({ expiresAt, expiresAtMs }: Held) =>
    expiresAt * 1000 > deps.now() && expiresAtMs > performance.now()

  async function fetch(uri: string): Promise<StatusBits | null> {
    const askedAtMs = performance.now()
    const aheadMs = askedAtMs - deps.now()
    const token = await source.fetch(uri)
    const claims = token === null ? null : tokens.read(token, uri)
    const bits = claims === null ? null : await unpackStatusList(claims.lst, LIST_SIZE / 8)
    for (const [other, held] of lists) if (!usable(held)) lists.delete(other)
    if (claims === null || bits === null) return null
    const { issuedAt, expiresAt } = claims
    lists.set(uri, {
      bits,
      expiresAt,
      expiresAtMs: expiresAt * 1000 + aheadMs,
      dueAtMs: (issuedAt + LIST_TTL_SECONDS) * 1000 + aheadMs,
    })
    return bits
  }

  /** One at a time, however many requests want it. */
  function fetchOnce(uri: string): Promise<StatusBits | null> {
    const running = fetching.get(uri) ?? fetch(uri).finally(() => fetching.delete(uri))
    fetching.set(uri, running)
    return running
  }

  return (uri) => {
    const held = lists.get(uri)
    if (held === undefined || !usable(held)) return fetchOnce(uri)
    // Whether Redis answers matters to whoever comes after the list has expired.
    if (held.dueAtMs <= performance.now()) fetchOnce(uri).catch(() => {})
    return held.bits
  }
}
