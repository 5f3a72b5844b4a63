import { type CryptoKey, createLocalJWKSet, errors, type JSONWebKeySet, type JWSHeaderParameters } from 'jose'
import { KEYS_MAX_AGE_SECONDS } from './auth-server/signing-keys.ts'
import { StoreUnavailableError } from './contract.ts'

/** Between two fetches that unknown names of keys ask for: names are free to make up. */
const COOL_DOWN_MS = 10_000
/** Keys that are too old are tried to be replaced as often as this while the auth server is away. */
const RETRY_MS = 1000

/**
 * The public key that a token names, from the key set of the auth server (RFC 7517). Keys are fetched when they are
 * first needed, when they are older than the auth server allows, and when a token names one that is not known, as
 * after a rotation. Those at hand stay in use while the auth server is away: verification goes on.
 *
 * In place of jose's `createRemoteJWKSet`, which refuses every token once its keys are too old and the auth server is
 * away, fetches for every unknown name as long as fetching fails, and takes no clock.
 * @returns throws `JWKSNoMatchingKey` for a name that is not known, `StoreUnavailableError` where that cannot be told
 */
export function remoteKeys(
  fetchKeySet: () => Promise<unknown>,
  now: () => number,
): (header: JWSHeaderParameters) => Promise<CryptoKey> {
  let keys: ReturnType<typeof createLocalJWKSet> | null = null
  let dueAt = Number.NEGATIVE_INFINITY
  let coolUntil = Number.NEGATIVE_INFINITY
  let failure: unknown = null
  let fetching: Promise<void> | null = null

  /** One at a time; whoever comes in the meantime waits for it. */
  function refresh(): Promise<void> {
    fetching ??= fetchKeySet()
      .then((keySet) => {
        // It looks through whatever it is given, and throws.
        keys = createLocalJWKSet(keySet as JSONWebKeySet)
        failure = null
        dueAt = now() + 1000 * KEYS_MAX_AGE_SECONDS
      })
      .catch((error: unknown) => {
        failure = error
        dueAt = now() + RETRY_MS
      })
      .finally(() => {
        fetching = null
      })
    return fetching
  }

  return async (header) => {
    // Without a name any key would do, and whoever takes any key cannot withdraw one.
    if (typeof header.kid !== 'string') throw new errors.JWKSNoMatchingKey()
    if (keys === null || now() >= dueAt) await refresh()
    if (keys === null) throw new StoreUnavailableError(failure)
    try {
      return await keys(header)
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error
    }
    if (fetching === null && now() >= coolUntil) {
      coolUntil = now() + COOL_DOWN_MS
      void refresh()
    }
    await fetching
    if (failure !== null) throw new StoreUnavailableError(failure)
    return keys(header)
  }
}
