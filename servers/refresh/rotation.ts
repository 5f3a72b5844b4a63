// In this folder: refresh tokens, their families, and how a used one leads to the next.

import { randomBytes } from 'node:crypto'
import { hashOf, nameIn } from '../sessions/keeper.ts'
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
}

const DAY_SECONDS = 24 * 60 * 60
/** As long as Okta's default; ASVS 10.4.8 wants both, and leaves the figures open. */
export const FAMILY_LIMITS: FamilyLimits = { idleSeconds: 7 * DAY_SECONDS, absoluteSeconds: 30 * DAY_SECONDS }

export interface Exchange {
  readonly key: string
  /** What the token begins with, and its successor too. */
  readonly id: string
  readonly refreshToken: string
  readonly nowMs: number
  readonly idleMs: number
}

/**
 * One step of a family, in one script: its token becomes used and the next one good. A token that may not be used any more
 * ends the family.
 * @returns the secret of the token that is good now; null: refused
 */
export type ExchangeToken = (
  exchange: Exchange,
) => Promise<{ readonly subject: string; readonly secret: string } | null>

/**
 * Known to holders of a token of the family only: no made-up token ends one. Whole groups of three bytes, so that every
 * text of this length has one spelling only.
 */
const FAMILY_BYTES = 18
/** More than 256 bits. */
export const SECRET_BYTES = 33
const FAMILY_LENGTH = 24
const REFRESH_TOKEN = /^[\w-]{68}$/

/**
 * A family is one hash: `sub`, `current` (hash of the token that is good), `idle` and `end` (milliseconds since the epoch, by
 * the clock of the server, which the TTL only follows), and what a leeway needs. Used tokens are not listed for long: they
 * would pile up for as long as a client refreshes, and whoever has the id and not the current secret has an old token, or a
 * part of one.
 */
const START = `
redis.call('HSET', KEYS[1], 'sub', ARGV[1], 'current', ARGV[2], 'idle', ARGV[3], 'end', ARGV[4])
redis.call('PEXPIRE', KEYS[1], ARGV[5])
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', ARGV[7])
redis.call('ZADD', KEYS[2], ARGV[4], KEYS[1])
redis.call('PEXPIRE', KEYS[2], ARGV[6])`

const END = `
redis.call('DEL', KEYS[1])
redis.call('ZREM', KEYS[2], KEYS[1])`

const END_ALL = `
for _, family in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do redis.call('DEL', family) end
redis.call('DEL', KEYS[1])`

/** Every step is one script, so one round trip, and no two of them mix. Families of one subject, and its index, have one tag. */
export function refreshFamilies(
  link: RedisLink,
  now: () => number,
  exchange: ExchangeToken,
  { idleSeconds, absoluteSeconds }: FamilyLimits = FAMILY_LIMITS,
): RefreshFamilies {
  const idleMs = 1000 * Math.min(idleSeconds, absoluteSeconds)
  const absoluteMs = 1000 * absoluteSeconds
  const write = redisScript(link, START)
  const deleteOne = redisScript(link, END)
  const deleteAll = redisScript(link, END_ALL)
  const { tags } = link
  const keyOf = (family: string) => `family:${tags.tagOf(family)}${family}`
  const indexOf = (owner: string) => `families-of:${tags.tagOf(owner)}${owner}`

  async function start(subject: string): Promise<Refreshed> {
    const owner = hashOf(subject)
    const id = tags.adopt(owner, randomBytes(FAMILY_BYTES).toString('base64url'))
    const [family, refreshToken] = [nameIn(tags, id), id + newSecret()]
    const at = Math.floor(now())
    await write(
      [keyOf(family), indexOf(owner)],
      [subject, hashOf(refreshToken), at + idleMs, at + absoluteMs, idleMs, absoluteMs, at],
    )
    return { subject, family, refreshToken }
  }

  return {
    start,
    async rotate(refreshToken) {
      if (!REFRESH_TOKEN.test(refreshToken)) return null
      const id = refreshToken.slice(0, FAMILY_LENGTH)
      const family = nameIn(tags, id)
      const nowMs = Math.floor(now())
      const next = await exchange({ key: keyOf(family), id, refreshToken, nowMs, idleMs })
      return next === null ? null : { subject: next.subject, family, refreshToken: id + next.secret }
    },
    async end(family, subject) {
      await deleteOne([keyOf(family), indexOf(hashOf(subject))], [])
    },
    async endAll(subject) {
      await deleteAll([indexOf(hashOf(subject))], [])
    },
    async fill(entries) {
      for (const batch of inBatches(Iterator.from(Array(entries).keys())))
        await Promise.all(batch.map(() => start(otherSubject())))
    },
  }
}

export const newSecret = (): string => randomBytes(SECRET_BYTES).toString('base64url')
