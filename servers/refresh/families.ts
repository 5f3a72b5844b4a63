import { hkdfSync, randomBytes } from 'node:crypto'
import { hashOf } from '../sessions/keeper.ts'
import { inBatches } from '../stores/batches.ts'
import { otherSubject } from '../stores/filler-text.ts'
import type { RedisLink } from '../stores/redis-link.ts'
import { redisScript } from '../stores/redis-script.ts'

/** What one login and all its refreshes have in common (RFC 9700 section 4.14.2). */
export interface Refreshed {
  readonly subject: string
  /** Says nothing about the refresh token, so that an access token may carry it. */
  readonly family: string
  readonly refreshToken: string
}

/** Opaque refresh tokens, each good for one exchange, in families that end as one. */
export interface RefreshFamilies {
  start(subject: string): Promise<Refreshed>
  /** Null: the token is unknown, expired, or was used before; the last ends its family. */
  rotate(refreshToken: string): Promise<Refreshed | null>
  end(family: string, subject: string): Promise<void>
  endAll(subject: string): Promise<void>
  fill(entries: number): Promise<void>
}

export interface FamilyLimits {
  /** A family whose token is not exchanged for this long ends. */
  readonly idleSeconds: number
  /** And it ends this long after its login, exchanged or not. */
  readonly absoluteSeconds: number
  /**
   * For this long after an exchange the old token gives the same new one again: to the other tab that refreshed at the same
   * moment, to the client whose answer was lost, and to a thief. 0: never.
   */
  readonly leewaySeconds: number
}

/**
 * Known to holders of a token of the family only: no made-up token ends one. Whole groups of three bytes, so that every
 * text of this length has one spelling only.
 */
const FAMILY_BYTES = 18
/** More than 256 bits. */
const SECRET_BYTES = 33
const FAMILY_LENGTH = 24
const REFRESH_TOKEN = /^[\w-]{68}$/

/**
 * A family is one hash: `sub`, `current` (hash of the token that is good), `idle` and `end` (milliseconds since the epoch, by
 * the clock of the server, which the TTL only follows). With a leeway also `previous`, `rotated`, and `sealed`: the
 * current token, to be opened with the previous one alone. Used tokens are not listed: they would pile up for as long as
 * a client refreshes, and whoever has the id and not the current secret has an old token, or a part of one.
 */
const START = `
redis.call('HSET', KEYS[1], 'sub', ARGV[1], 'current', ARGV[2], 'idle', ARGV[3], 'end', ARGV[4])
redis.call('PEXPIRE', KEYS[1], ARGV[5])
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', ARGV[7])
redis.call('ZADD', KEYS[2], ARGV[4], KEYS[1])
redis.call('PEXPIRE', KEYS[2], ARGV[6])`

const ROTATE = `
local family = redis.call('HMGET', KEYS[1], 'sub', 'current', 'idle', 'end', 'previous', 'rotated', 'sealed')
local sub, now = family[1], tonumber(ARGV[3])
if not sub then return false end
if now >= tonumber(family[3]) then
  redis.call('DEL', KEYS[1])
  return false
end
local leeway = tonumber(ARGV[5])
if family[2] ~= ARGV[1] then
  if family[5] == ARGV[1] and leeway > 0 and now < tonumber(family[6]) + leeway then return {sub, family[7]} end
  redis.call('DEL', KEYS[1])
  return false
end
local idle = math.min(now + tonumber(ARGV[4]), tonumber(family[4]))
redis.call('HSET', KEYS[1], 'current', ARGV[2], 'idle', string.format('%.0f', idle))
if leeway > 0 then redis.call('HSET', KEYS[1], 'previous', ARGV[1], 'rotated', ARGV[3], 'sealed', ARGV[6]) end
redis.call('PEXPIRE', KEYS[1], string.format('%.0f', idle - now))
return {sub, ''}`

const END = `
redis.call('DEL', KEYS[1])
redis.call('ZREM', KEYS[2], KEYS[1])`

const END_ALL = `
for _, family in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do redis.call('DEL', family) end
redis.call('DEL', KEYS[1])`

/** Every step is one script, so one round trip, and no two of them mix. */
export function refreshFamilies(
  link: RedisLink,
  now: () => number,
  { idleSeconds, absoluteSeconds, leewaySeconds }: FamilyLimits,
): RefreshFamilies {
  const idleMs = 1000 * Math.min(idleSeconds, absoluteSeconds)
  const absoluteMs = 1000 * absoluteSeconds
  const write = redisScript(link, START)
  const exchange = redisScript(link, ROTATE)
  const deleteOne = redisScript(link, END)
  const deleteAll = redisScript(link, END_ALL)

  async function start(subject: string): Promise<Refreshed> {
    const id = randomBytes(FAMILY_BYTES).toString('base64url')
    const [family, refreshToken] = [hashOf(id), id + newSecret()]
    const at = Math.floor(now())
    await write(
      [keyOf(family), indexOf(subject)],
      [subject, hashOf(refreshToken), at + idleMs, at + absoluteMs, idleMs, absoluteMs, at],
    )
    return { subject, family, refreshToken }
  }

  return {
    start,
    async rotate(refreshToken) {
      if (!REFRESH_TOKEN.test(refreshToken)) return null
      const id = refreshToken.slice(0, FAMILY_LENGTH)
      const successor = newSecret()
      const family = hashOf(id)
      const reply = await exchange(
        [keyOf(family)],
        [
          hashOf(refreshToken),
          hashOf(id + successor),
          Math.floor(now()),
          idleMs,
          1000 * leewaySeconds,
          leewaySeconds === 0 ? '' : seal(successor, refreshToken),
        ],
      )
      if (!Array.isArray(reply)) return null
      const [subject, sealed]: unknown[] = reply
      if (typeof subject !== 'string' || typeof sealed !== 'string') return null
      return { subject, family, refreshToken: id + (sealed === '' ? successor : seal(sealed, refreshToken)) }
    },
    async end(family, subject) {
      await deleteOne([keyOf(family), indexOf(subject)], [])
    },
    async endAll(subject) {
      await deleteAll([indexOf(subject)], [])
    },
    async fill(entries) {
      for (const batch of inBatches(Iterator.from(Array(entries).keys())))
        await Promise.all(batch.map(() => start(otherSubject())))
    },
  }
}

const keyOf = (family: string) => `family:${family}`
const indexOf = (subject: string) => `families-of:${hashOf(subject)}`
const newSecret = () => randomBytes(SECRET_BYTES).toString('base64url')

/** A one-time pad: each token is exchanged once, so each pad is used once. Sealing what is sealed opens it. */
function seal(secret: string, refreshToken: string): string {
  const pad = Buffer.from(hkdfSync('sha256', refreshToken, '', 'successor', SECRET_BYTES))
  const bytes = Buffer.from(secret, 'base64url').map((byte, index) => byte ^ (pad[index] ?? 0))
  return Buffer.from(bytes).toString('base64url')
}
