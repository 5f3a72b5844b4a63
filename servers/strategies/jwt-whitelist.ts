import type { AuthStrategy } from '../contract.ts'
import { hashOf } from '../sessions/keeper.ts'
import { otherSubject } from '../stores/filler-text.ts'
import { pipelined } from '../stores/pipelined.ts'
import { redisScript } from '../stores/redis-script.ts'
import { newTokenId } from '../tokens/claims.ts'

/** Entry and index of a subject in one step; the index loses the tokens that have expired. */
const ADMIT = `
  redis.call('SET', KEYS[1], '1', 'EX', ARGV[1])
  redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', ARGV[4])
  redis.call('ZADD', KEYS[2], ARGV[3], ARGV[2])
  redis.call('EXPIRE', KEYS[2], ARGV[1])`

const REVOKE = `
  redis.call('DEL', KEYS[1])
  redis.call('ZREM', KEYS[2], ARGV[1])`

/** In one step, so that no login falls between reading the index and deleting it. Tokens of one subject have one tag. */
const REVOKE_ALL = `
  for _, id in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do redis.call('DEL', ARGV[1] .. id) end
  redis.call('DEL', KEYS[1])`

/**
 * What Redis does not know is not let in: an emptied Redis logs everybody out, where an emptied blacklist lets the
 * revoked back in. The price is an entry for every token instead of every revoked one.
 */
export const jwtWhitelist = {
  title: 'JWT HS256 + whitelist (fast-jwt)',
  summary:
    'A token that counts only as long as its id is in Redis: one lookup per request, and a logout on all devices is one command.',
  state: 'hybrid',
  revocation: { effect: 'immediate' },
  family: 'revocable token',
  needs: ['redis'],
  stores: 'one entry per token and one index per subject, until they expire',
  entriesFor: 'everyone',
  roundTrips: 1,
  cache: null,
  refreshes: false,
  exceptions: {},
  library: 'fast-jwt',
  async open(deps) {
    // Loaded by the servers that use it, not by every one.
    const { fastCodec } = await import('../tokens/fast-jwt.ts')
    const codec = fastCodec(deps)
    const link = await deps.redis()
    const admit = redisScript(link, ADMIT)
    const revoke = redisScript(link, REVOKE)
    const revokeAll = redisScript(link, REVOKE_ALL)
    const { client, ask, key, tags } = link
    const { issuer } = deps.token
    const entryStart = (owned: string) => `issued:${issuer}:${tags.tagOf(owned)}`
    const entryName = (tokenId: string) => entryStart(tokenId) + tokenId
    const indexName = (subject: string) => `issued-to:${issuer}:${tags.tagOf(hashOf(subject))}${subject}`
    const newIdFor = (subject: string) => tags.adopt(hashOf(subject), newTokenId())
    const seconds = () => Math.floor(deps.now() / 1000)

    return {
      async issue(subject) {
        const tokenId = newIdFor(subject)
        const expiresAt = seconds() + deps.ttlSeconds
        await admit(
          [entryName(tokenId), indexName(subject)],
          [deps.ttlSeconds, tokenId, expiresAt, seconds()],
        )
        return codec.sign(subject, { jti: tokenId })
      },
      async verify(credential) {
        const token = credential === undefined ? null : codec.verify(credential)
        if (token === null || (await ask(client.exists(key(entryName(token.tokenId))))) === 0) return null
        return token.identity
      },
      async revoke(credential) {
        const token = codec.verify(credential)
        if (token === null) return
        const { tokenId, identity } = token
        await revoke([entryName(tokenId), indexName(identity.sub)], [tokenId])
      },
      async revokeAll(subject) {
        await revokeAll([indexName(subject)], [key(entryStart(hashOf(subject)))])
      },
      fill(entries) {
        const expiresAt = seconds() + deps.ttlSeconds
        const others = Iterator.from(Array(entries).keys()).map(() => {
          const subject = otherSubject()
          return { subject, tokenId: newIdFor(subject) }
        })
        return pipelined(
          link,
          others,
          ({ tokenId }) => key(entryName(tokenId)),
          (pipeline, { subject, tokenId }, entry) => {
            const index = key(indexName(subject))
            pipeline.set(entry, '1', 'EX', deps.ttlSeconds)
            pipeline.zadd(index, expiresAt, tokenId)
            pipeline.expire(index, deps.ttlSeconds)
          },
        )
      },
      close() {},
    }
  },
} satisfies Omit<AuthStrategy, 'id'>
