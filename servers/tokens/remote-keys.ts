import { type CryptoKey, createLocalJWKSet, errors, type JSONWebKeySet, type JWSHeaderParameters } from 'jose'
import { KEYS_MAX_AGE_SECONDS, KEYS_STALE_SECONDS } from '../auth-server/signing-keys.ts'
import { StoreUnavailableError } from '../contract.ts'

/** Before they are too old: time for a slow answer and for a few more attempts. */
const AHEAD_MS = 60_000
const REFRESH_AFTER_MS = 1000 * KEYS_MAX_AGE_SECONDS - AHEAD_MS
const USABLE_MS = 1000 * (KEYS_MAX_AGE_SECONDS + KEYS_STALE_SECONDS)
/** After a fetch, until a name that is not known may ask for the next one: names are free to make up. */
const COOL_DOWN_MS = 10_000
/** The same without any keys: nobody can be served meanwhile. */
const COLD_RETRY_MS = 50
/** After a fetch that failed: as long as a client that got 503 is told to wait. */
const RETRY_MS = 1000

interface Fetched {
  readonly find: ReturnType<typeof createLocalJWKSet>
  /** When the auth server was asked, not when it answered. */
  readonly askedAt: number
}

/**
 * The public key that a token names, from the key set of the auth server (RFC 7517). Keys are fetched when they are
 * first needed, a minute before they are older than the auth server allows, and when a token names one that is not known.
 * No request waits while its key is at hand: keys are renewed behind its back (RFC 5861 section 3), and those at hand stay
 * in use while the auth server is away, as long as it allows that (section 4). A busy server goes by a key that was
 * withdrawn until the next renewal, an idle one for its first request as well.
 *
 * A made-up name that asks for the keys just before a rotation delays no good token: the auth server publishes a key long
 * before it signs with it.
 *
 * In place of jose's `createRemoteJWKSet`, which lets requests wait for every renewal, refuses every token once its keys
 * are too old and the auth server is away, fetches for every unknown name as long as fetching fails, and goes by the wall
 * clock.
 * @param clock milliseconds that only go forward
 * @returns throws `JWKSNoMatchingKey` for a name that is not known, `StoreUnavailableError` where that cannot be told
 */
export function remoteKeys(
  fetchKeySet: () => Promise<unknown>,
  clock: () => number,
): (header: JWSHeaderParameters) => Promise<CryptoKey> {
  let keys: Fetched | null = null
  let triedAt = Number.NEGATIVE_INFINITY
  let failure: unknown = null
  let fetching: Promise<void> | null = null

  async function fetchKeys(): Promise<void> {
    const askedAt = clock()
    triedAt = askedAt
    try {
      // It looks through whatever it is given, and throws.
      keys = { find: createLocalJWKSet((await fetchKeySet()) as JSONWebKeySet), askedAt }
      failure = null
    } catch (error) {
      failure = error
    }
  }

  /** One at a time, which whoever comes in the meantime may wait for. None so soon after the last one. */
  function refresh(pauseMs: number): Promise<void> | null {
    if (fetching === null && clock() - triedAt >= pauseMs) {
      fetching = fetchKeys().finally(() => {
        fetching = null
      })
    }
    return fetching
  }

  /** Null: none, or too old to go by. */
  function usable(): Fetched | null {
    return keys !== null && clock() - keys.askedAt < USABLE_MS ? keys : null
  }

  return async (header) => {
    // Without a name any key would do, and whoever takes any key cannot withdraw one.
    if (typeof header.kid !== 'string') throw new errors.JWKSNoMatchingKey()
    if (usable() === null) await refresh(keys === null ? COLD_RETRY_MS : RETRY_MS)
    const current = usable()
    if (current === null) throw new StoreUnavailableError(failure)
    if (clock() - current.askedAt >= REFRESH_AFTER_MS) void refresh(RETRY_MS)
    try {
      return await current.find(header)
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error
    }
    await refresh(failure === null ? COOL_DOWN_MS : RETRY_MS)
    const renewed = usable()
    if (failure !== null || renewed === null) throw new StoreUnavailableError(failure)
    return renewed.find(header)
  }
}
