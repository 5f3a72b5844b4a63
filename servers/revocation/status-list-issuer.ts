import { randomBytes } from 'node:crypto'
import type { StrategyDeps } from '../contract.ts'
import type { RedisLink } from '../stores/redis-link.ts'
import { redisScript } from '../stores/redis-script.ts'
import { redisBit } from './status-list.ts'
import { LIST_TTL_SECONDS, type StatusListTokens } from './status-list-token.ts'

/** Where the status of one token is found. */
export interface StatusReference {
  readonly uri: string
  readonly idx: number
}

export interface StatusListIssuer {
  /** For a new token; no two tokens have the same. */
  allocate(): Promise<StatusReference>
  revoke(reference: StatusReference): Promise<void>
  /** The signed list of this name, no older than its `ttl`. Null: there is none. */
  fetch(uri: string): Promise<string | null>
}

/** Tokens in a list, 128 KiB of bits. Every list is told in full length, so that a new token is in it from the start. */
export const LIST_SIZE = 2 ** 20
/** Lists outlive their tokens by this, for clocks that differ. */
const MARGIN_SECONDS = 60

/**
 * The next place of the newest list, or the first place of a new one. A list that Redis has lost is not begun again:
 * its places may be taken by tokens that are still out there.
 */
const ALLOCATE = `
  local list = redis.call('GET', KEYS[1])
  local used = list and redis.call('GET', ARGV[1] .. list) or ARGV[3]
  if not used or tonumber(used) >= tonumber(ARGV[3]) then
    list, used = ARGV[2], 0
    redis.call('SET', KEYS[1], list)
  end
  redis.call('SET', ARGV[1] .. list, used + 1, 'EX', ARGV[4])
  redis.call('EXPIRE', KEYS[1], ARGV[4])
  return {list, tonumber(used)}`

const REVOKE = `
  redis.call('SETBIT', KEYS[1], ARGV[1], 1)
  redis.call('EXPIRE', KEYS[1], ARGV[2])`

/**
 * The issuer's side of status lists, with its bits in Redis. Any server signs the list when the published one is too
 * old; two that do it at the same time do it twice, and nothing else happens.
 */
export function statusListIssuer(
  deps: StrategyDeps,
  link: RedisLink,
  tokens: StatusListTokens,
): StatusListIssuer {
  const { client, ask, key, tags } = link
  const { issuer } = deps.token
  const base = `${issuer}/statuslists/`
  // Everything of one issuer lies together: a script gets to names that it finds itself.
  const start = `status-list:${tags.tagOf('lists')}${issuer}`
  const name = (kind: 'used' | 'bits' | 'token', list: string) => `${start}:${kind}:${list}`
  const keepSeconds = deps.ttlSeconds + MARGIN_SECONDS
  const allocate = redisScript(link, ALLOCATE)
  const revoke = redisScript(link, REVOKE)

  async function publish(uri: string, list: string): Promise<string | null> {
    // Before the bits are read: a list knows everything up to its iat.
    const issuedAt = Math.floor(deps.now() / 1000)
    const [exists, stored] = await Promise.all([
      ask(client.exists(key(name('used', list)))),
      ask(client.getBuffer(key(name('bits', list)))),
    ])
    if (exists === 0) return null
    const bits = new Uint8Array(LIST_SIZE / 8)
    if (stored !== null) bits.set(stored)
    const token = await tokens.sign(uri, bits, issuedAt)
    await ask(client.set(key(name('token', list)), token, 'EX', LIST_TTL_SECONDS))
    return token
  }

  return {
    async allocate() {
      const fresh = randomBytes(16).toString('base64url')
      const values = [key(name('used', '')), fresh, LIST_SIZE, keepSeconds]
      const reply = await allocate([`${start}:newest`], values)
      const [list, idx] = Array.isArray(reply) ? reply : []
      return { uri: base + list, idx: Number(idx) }
    },
    async revoke({ uri, idx }) {
      await revoke([name('bits', uri.slice(base.length))], [redisBit(idx), keepSeconds])
    },
    async fetch(uri) {
      if (!uri.startsWith(base)) return null
      const list = uri.slice(base.length)
      const published = await ask(client.get(key(name('token', list))))
      const issuedAt = published === null ? undefined : tokens.read(published, uri)?.issuedAt
      const tooOld = issuedAt === undefined || issuedAt + LIST_TTL_SECONDS <= deps.now() / 1000
      return tooOld ? publish(uri, list) : published
    },
  }
}
