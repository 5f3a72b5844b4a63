import type { JWK } from 'jose'
import type { Backend, StrategyInfo } from '../src/strategy-info.ts'

export type MaybePromise<T> = T | Promise<T>

/** Who the credential speaks for. The same JSON for every strategy, so that replies weigh the same. */
export interface Identity {
  readonly sub: string
  /** The user's own claims (`--claims`) and the default ones, without the registered claims. */
  readonly claims: Readonly<Record<string, unknown>>
}

/**
 * One live instance of a strategy, inside one server process.
 * A store that is away makes every method reject with `StoreUnavailableError`; nothing else may be thrown for
 * a credential that is merely bad.
 */
export interface Authenticator {
  /** A new credential for the subject; opaque to the client, only characters of RFC 6750 `b64token`. */
  issue(subject: string): MaybePromise<string>
  /** Null: the credential is not valid (any reason). `undefined` is passed when the request carries none. */
  verify(credential: string | undefined): MaybePromise<Identity | null>
  /** Best effort within what the strategy promises; the credential has been verified before. */
  revoke(credential: string): MaybePromise<void>
  /** Releases what the instance opened itself; stores handed out by `deps.store` are closed by the caller. */
  close(): MaybePromise<void>
}

/** Values with a lifetime. Expiry is the store's; a strategy that needs an exact one checks its own clock too. */
export interface KeyValueStore {
  get(key: string): MaybePromise<string | null>
  exists(key: string): MaybePromise<boolean>
  /** `ttlSeconds` is a positive whole number. */
  set(key: string, value: string, ttlSeconds: number): MaybePromise<void>
  delete(key: string): MaybePromise<void>
  close(): Promise<void>
}

/** Made anew for every run; private keys as JWK (RFC 7517). */
export interface KeyMaterial {
  /** `oct`, 256 bits (RFC 7518 section 3.2). */
  readonly HS256: JWK
  /** RSA 2048. */
  readonly RS256: JWK
  /** P-256. */
  readonly ES256: JWK
}

/** The registered claims that every token of a run carries (RFC 9068 section 2.2). */
export interface TokenProfile {
  readonly issuer: string
  /** Whom the token must be for. */
  readonly audience: string
  /** Issued beside it, never required. */
  readonly otherAudiences: readonly string[]
  readonly clientId: string
  /** Private claims, same for every subject: default ones or the user's. */
  readonly claims: Readonly<Record<string, unknown>>
}

export interface StrategyDeps {
  /** Milliseconds since the epoch; injected, so that expiry is testable without waiting. */
  readonly now: () => number
  readonly ttlSeconds: number
  readonly keys: KeyMaterial
  readonly token: TokenProfile
  /** Rejects for a backend that the strategy does not declare in `needs`. */
  store(backend: Backend): Promise<KeyValueStore>
}

export interface AuthStrategy extends StrategyInfo {
  open(deps: StrategyDeps): Promise<Authenticator>
}

/** Where the client puts the credential. */
export type Transport = 'bearer' | 'cookie'

/** Cookie name of `--transport cookie` (prefix: RFC 6265bis section 4.1.3.2). */
export const COOKIE_NAME = '__Host-session'

/** A longer credential is refused before any cryptography. nginx's default header buffer is as large. */
export const MAX_CREDENTIAL_BYTES = 8192

/** The header that carries the credential of one request. */
export function credentialHeader(transport: Transport, credential: string): readonly [string, string] {
  return transport === 'bearer'
    ? ['authorization', `Bearer ${credential}`]
    : ['cookie', `${COOKIE_NAME}=${credential}`]
}

/** The store did not answer in time, or at all: 503 with Retry-After, never a logout. */
export class StoreUnavailableError extends Error {
  override readonly name = 'StoreUnavailableError'
  readonly code = 'STORE_UNAVAILABLE'
  constructor(cause: unknown) {
    super('the session store did not answer', { cause })
  }
}
