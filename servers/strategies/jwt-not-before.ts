import type { AuthStrategy, Identity } from '../contract.ts'
import { CLOCK_MARGIN_SECONDS } from '../revocation/revoked-ids.ts'
import { sessionCache } from '../sessions/cache.ts'
import { otherSubject } from '../stores/filler-text.ts'
import { pipelined } from '../stores/pipelined.ts'
import { redisScript } from '../stores/redis-script.ts'

const CACHED_MS = 5000
const CACHE_ENTRIES = 10_000
/** Of subjects that never logged out. */
const FIRST = 0
/** The claim that says which version of its subject a token was issued for. */
const CLAIM = 'token_version'

interface Known {
  readonly version: number
  /** By a clock that nobody sets. Not the moment of the answer: what was raised in between may be missing in it. */
  readonly askedAt: number
}

/**
 * The subject's next version: the time in Redis, which is later than that of any token issued before, whatever the
 * clocks of the servers say. Nothing happens for a token that is void already.
 */
const RAISE = `
  local current = tonumber(redis.call('GET', KEYS[1]) or 0)
  local own = tonumber(ARGV[1])
  if own and own < current then return end
  local time = redis.call('TIME')
  local next = math.max(time[1] * 1000 + math.floor(time[2] / 1000), current + 1, (own or 0) + 1)
  redis.call('SET', KEYS[1], string.format('%d', next), 'EX', ARGV[2])`

/**
 * "Tokens issued before this moment are void", for each subject. The moment is a version that a login reads and puts
 * into the token: the seconds of `iat` cannot tell a token issued just before a logout from one issued just after.
 * Once every older token and every one that names it has expired, so has the entry: a token is good when it is at least as new as the entry.
 */
export const jwtNotBefore = {
  title: 'JWT HS256 + not-before (fast-jwt)',
  summary:
    'One logout voids every token of the user: a version per user in Redis, which each server remembers for five seconds.',
  state: 'hybrid',
  revocation: { effect: 'within', ms: CACHED_MS },
  family: 'revocable token',
  needs: ['redis'],
  stores: 'one entry per user who logged out, for one token lifetime after that or after the last login',
  entriesFor: 'revoked',
  ownClaims: [CLAIM],
  roundTrips: 0,
  cache: { entries: CACHE_ENTRIES, seconds: CACHED_MS / 1000 },
  refreshes: false,
  exceptions: {
    S09: {
      reason:
        'a version per user cannot tell the tokens of one user apart: a logout ends all of them, on every device',
      cases: ['leaves other credentials of the subject alone at a logout'],
    },
  },
  library: 'fast-jwt',
  async open(deps) {
    // Loaded by the servers that use it, not by every one.
    const { fastCodec } = await import('../tokens/fast-jwt.ts')
    const codec = fastCodec(deps)
    const link = await deps.redis()
    const { client, ask, key } = link
    const raise = redisScript(link, RAISE)
    const entrySeconds = deps.ttlSeconds + CLOCK_MARGIN_SECONDS
    const cache = sessionCache<Known>(CACHE_ENTRIES, ({ askedAt }) => deps.clock() - askedAt < CACHED_MS)
    const name = (subject: string) => `not-before:${deps.token.issuer}:${subject}`

    async function load(subject: string): Promise<Known> {
      const askedAt = deps.clock()
      return { version: Number((await ask(client.get(key(name(subject))))) ?? FIRST), askedAt }
    }

    async function currentVersion(subject: string): Promise<number> {
      return (await cache.read(subject, () => load(subject)))?.version ?? FIRST
    }

    async function raiseFor(subject: string, own: number | null): Promise<void> {
      await raise([name(subject)], [own ?? '', entrySeconds])
      cache.drop(subject)
    }

    /** Null: not a token of this strategy, or not a valid one. */
    function parse(credential: string): { readonly identity: Identity; readonly version: number } | null {
      const token = codec.verify(credential)
      if (token === null) return null
      const { [CLAIM]: version, ...claims } = token.identity.claims
      return typeof version === 'number' ? { identity: { sub: token.identity.sub, claims }, version } : null
    }

    /**
     * Not by way of the cache: a login is no request, and makes none cheaper. The entry lives on with the new token: if it expired before
     * that, a server that remembers it would refuse the next login, whose token could not know of it.
     */
    async function versionForLogin(subject: string): Promise<number> {
      return Number((await ask(client.getex(key(name(subject)), 'EX', entrySeconds))) ?? FIRST)
    }

    return {
      issue: async (subject) => codec.sign(subject, { [CLAIM]: await versionForLogin(subject) }),
      verify(credential) {
        const token = credential === undefined ? null : parse(credential)
        if (token === null) return null
        const { identity, version } = token
        const known = cache.find(identity.sub)
        if (known !== undefined) return version >= known.version ? identity : null
        return currentVersion(identity.sub).then((current) => (version >= current ? identity : null))
      },
      async revoke(credential) {
        const token = parse(credential)
        if (token !== null) await raiseFor(token.identity.sub, token.version)
      },
      revokeAll: (subject) => raiseFor(subject, null),
      fill(entries) {
        const others = Iterator.from(Array(entries).keys())
        return pipelined(
          link,
          others,
          () => key(name(otherSubject())),
          (pipeline, _, entry) => pipeline.set(entry, deps.now(), 'EX', deps.ttlSeconds),
        )
      },
      cacheUse: cache.use,
      close() {},
    }
  },
} satisfies Omit<AuthStrategy, 'id'>
