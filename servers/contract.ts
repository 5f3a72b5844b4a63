// In this folder: the subjects. This file is the contract of a strategy, `registry.ts` lists them all, `main.ts` serves one in a process of
// its own.

import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { JWK } from 'jose'
import type { Backend, StrategyInfo } from '../src/results/strategy-info.ts'
import type { RedisLink } from './stores/redis-link.ts'

export type MaybePromise<T> = T | Promise<T>

/** Who the credential speaks for. The same JSON for every strategy, so that replies weigh the same. */
export interface Identity {
  readonly sub: string
  /** The user's own claims (`--claims`) and the default ones, without the registered claims. */
  readonly claims: Readonly<Record<string, unknown>>
}

/** What a request with a good credential gets. */
export interface Verified extends Identity {
  /** The client is to use this credential from now on: Set-Cookie, or the header `set-auth-token`. */
  readonly renewed?: string
}

/** Whom the baseline lets in: as long as the subjects of a run, so that its replies weigh the same. */
export const NOBODY = 'user-0000000'

/** Answer to a login or a refresh (RFC 6749 section 5.1). */
export interface TokenPair {
  readonly credential: string
  readonly refreshToken: string
}

/** Short credentials that are exchanged for new ones (RFC 6749 section 6, RFC 9700 section 4.14). */
export interface RefreshGrants {
  /** A new family. */
  start(subject: string): MaybePromise<TokenPair>
  /** Null: `invalid_grant`, for any reason. */
  rotate(refreshToken: string): MaybePromise<TokenPair | null>
}

/** Of the cache of verified credentials, since the server's start. */
export interface CacheUse {
  readonly hits: number
  readonly misses: number
  readonly entries: number
}

/**
 * One live instance of a strategy, inside one server process.
 * A store that is away makes every method reject with `StoreUnavailableError`; nothing else may be thrown for
 * a credential that is merely bad. What a strategy with proofs throws is said below.
 */
export interface Authenticator {
  /**
   * A new credential for the subject; opaque to the client, only characters of RFC 6750 `b64token`.
   * @throws ProofRefusedError where it is to be bound to a key, and the request does not show one
   */
  issue(subject: string, request?: FastifyRequest): MaybePromise<string>
  /**
   * Null: the credential is not valid (any reason). `undefined` is passed when the request carries none.
   * @throws ProofRefusedError where it is good and bound to a key, and the request does not show that
   */
  verify(credential: string | undefined, request?: FastifyRequest): MaybePromise<Verified | null>
  /** Best effort within what the strategy promises; the credential has been verified before. */
  revoke(credential: string, request?: FastifyRequest): MaybePromise<void>
  /** Ends everything that the subject was ever issued: logout on all devices, a changed password, a closed account. */
  revokeAll?(subject: string): MaybePromise<void>
  readonly refreshes?: RefreshGrants
  /** How long a browser keeps the credential, where uses prolong what it names; absent: one lifetime. */
  readonly cookieSeconds?: number
  /** Puts entries of so many other principals into the store, as fast as it takes them; the strategy's own kind and size. */
  fill?(entries: number): Promise<void>
  /** What is in the store takes, in bytes, where that is neither Redis nor this process's own memory. */
  storeBytes?(): MaybePromise<number>
  cacheUse?(): CacheUse
  /** Plug-ins of the web framework that are part of the strategy; before any route is added. */
  mount?(app: FastifyInstance, transport: Transport): MaybePromise<void>
  /** Releases what the instance opened itself; stores handed out by `deps.store` are closed by the caller. */
  close(): MaybePromise<void>
}

/** Values with a lifetime. Expiry is the store's; a strategy that needs an exact one checks its own clock too. */
export interface KeyValueStore {
  get(key: string): MaybePromise<string | null>
  /** Reads and starts the lifetime anew in one step, so that a value that was deleted stays deleted. */
  getAndTouch(key: string, ttlSeconds: number): MaybePromise<string | null>
  exists(key: string): MaybePromise<boolean>
  /** `ttlSeconds` is a positive whole number. */
  set(key: string, value: string, ttlSeconds: number): MaybePromise<void>
  /** Many at once, in batches. */
  setMany(entries: Iterable<readonly [key: string, value: string]>, ttlSeconds: number): Promise<void>
  delete(key: string): MaybePromise<void>
  close(): Promise<void>
}

/** The authorization server beside the resource server: a process of its own. */
export interface AuthServerAddress {
  /** `http://127.0.0.1:PORT` */
  readonly origin: string
  /** How the resource server authenticates to it (RFC 7662 section 2.1). */
  readonly clientId: string
  readonly clientSecret: string
}

/** Made anew for every run; private keys as JWK (RFC 7517). */
export interface KeyMaterial {
  /** `oct`, 256 bits (RFC 7518 section 3.2). */
  readonly HS256: JWK
  /** RSA 2048. */
  readonly RS256: JWK
  /** RSA 2048, another one: a key has one algorithm (RFC 8725 section 3.1). */
  readonly PS256: JWK
  /** P-256. */
  readonly ES256: JWK
  /** Ed25519 (RFC 8037). */
  readonly EdDSA: JWK
  /** `oct`, 256 bits: encrypted tokens and cookies. */
  readonly A256GCM: JWK
  /** Ed25519, another one: PASETO v4.public. */
  readonly PASETO: JWK
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
  /** Milliseconds from some moment on that only go forward, whatever sets the wall clock: for ages and pauses. */
  readonly clock: () => number
  readonly ttlSeconds: number
  readonly keys: KeyMaterial
  /** To be read at each issue: its claims change where a run goes through several sizes of them. */
  readonly token: TokenProfile
  /** Rejects for a backend that the strategy does not declare in `needs`. */
  store(backend: Exclude<Backend, 'sqlite'>): Promise<KeyValueStore>
  /** Rejects where `needs` has no `redis`. */
  redis(): Promise<RedisLink>
  /** Temporary, of this server alone, removed after it by whoever started the server. */
  readonly folder: string
  /** Null where `needs` has no `auth-server`. */
  readonly authServer: AuthServerAddress | null
}

export interface AuthStrategy extends StrategyInfo {
  /** @throws AuthbenchError with a code, e.g. `WEAK_KEY`: the server does not start, and its cells fail with the reason */
  open(deps: StrategyDeps): Promise<Authenticator>
}

/** Where the client puts the credential. */
export type Transport = 'bearer' | 'cookie'

/** Cookie name of `--transport cookie` (prefix: RFC 6265bis section 4.1.3.2). */
export const COOKIE_NAME = '__Host-session'

/** A longer credential is refused before any cryptography. nginx's default header buffer is as large. */
export const MAX_CREDENTIAL_BYTES = 8192

/** How a credential in the Authorization header is announced: a bound one must not pass for one that is enough (RFC 9449 section 7.1). */
export const schemeOf = ({ proof }: Pick<StrategyInfo, 'proof'>) => (proof === 'dpop' ? 'DPoP' : 'Bearer')
export type Scheme = ReturnType<typeof schemeOf>

/** The header that carries the credential of one request. */
export function credentialHeader(
  transport: Transport,
  credential: string,
  scheme: Scheme = 'Bearer',
): readonly [string, string] {
  return transport === 'bearer'
    ? ['authorization', `${scheme} ${credential}`]
    : ['cookie', `${COOKIE_NAME}=${credential}`]
}

/** Of signatures under proofs, as challenges tell clients (RFC 9449 section 5.1). */
export const PROOF_ALGORITHM = 'ES256'

/** There is no proof, or none that holds: what is bound to its key is neither given nor taken (RFC 9449 sections 5 and 7.1). */
export class ProofRefusedError extends Error {
  override readonly name = 'ProofRefusedError'
  constructor() {
    super('no proof that holds')
  }
}

/** What a Redis that answers with an error says, without what it repeats of the command; anything else is no answer. */
const wordsOf = (cause: unknown): string =>
  cause instanceof Error && cause.name === 'ReplyError'
    ? `the session store refuses: ${(cause.message.split('\n')[0] ?? '').replace(/,? with args beginning with:.*$/, '').slice(0, 200)}`
    : 'the session store did not answer'

/** The store did not answer in time, or at all: 503 with Retry-After, never a logout. */
export class StoreUnavailableError extends Error {
  override readonly name = 'StoreUnavailableError'
  readonly code = 'STORE_UNAVAILABLE'
  constructor(cause: unknown) {
    super(wordsOf(cause), { cause })
  }
}
