import { setTimeout as delay } from 'node:timers/promises'
import type { Identity, StrategyDeps } from '../contract.ts'
import { inBatches } from '../stores/batches.ts'
import { pipelined } from '../stores/pipelined.ts'
import type { RedisLink } from '../stores/redis-link.ts'
import { redisScript } from '../stores/redis-script.ts'
import type { AccessToken } from '../tokens/claims.ts'
import {
  CLOCK_MARGIN_SECONDS,
  otherRevocations,
  type Revocation,
  revokedKey,
  secondsLeft,
} from './revoked-ids.ts'

/** News of revoked tokens for servers that remember them themselves. */
export interface RevocationFeed {
  /** Known to this server as soon as it resolves, to every other one within `FEED_LAG_MS`. */
  revoke(revocation: Revocation): Promise<void>
  /** So many tokens of others. */
  fill(entries: number): Promise<void>
  /** Whether every token that was revoked `FEED_LAG_MS` ago or earlier is known here. */
  fresh(): boolean
  /** Redis knows better: for a token of which this server cannot tell. Null: revoked. */
  ask(token: AccessToken): Promise<Identity | null>
  close(): Promise<void>
}

/** No server goes longer without knowing of a revocation, or without asking. */
export const FEED_LAG_MS = 1000

/** Redis holds an unanswered question back this long; it answers at once when there is news. */
const BLOCK_MS = 250
/** On top of that, a connection without an answer is given up: still within the lag. */
const SILENCE_MS = 500
const RETRY_MS = 50
const BATCH = 1000
const BEGINNING = '0'

/** The news is cut by the clock that numbers it, which is that of Redis. */
const TELL = `
  local stream = KEYS[#KEYS]
  local oldest = (redis.call('TIME')[1] - ARGV[2]) * 1000
  redis.call('XADD', stream, 'MINID', '~', string.format('%d', oldest), '*', 'id', ARGV[3], 'exp', ARGV[4])
  redis.call('EXPIRE', stream, ARGV[2])`
/** Entry and news in one step. */
const PUBLISH = `redis.call('SET', KEYS[1], '1', 'EX', ARGV[1])${TELL}`

/**
 * One entry per revoked token, which decides, and a stream of them, which each server follows over a connection of
 * its own. A stream keeps its news: after a lost connection a server goes on where it was. Should what it read last
 * not be there any more (Redis came back empty, or with another stream), it reads again from the beginning.
 *
 * Before this resolves, everything in the stream has been read. When no answer has come for too long, `fresh` says
 * so; time is counted from the moment of the question, because what is revoked after it may be missing in the answer.
 * @param learn is told every revocation, in any order, possibly more than once
 * @param monotonicMs a clock that nobody sets
 */
export async function revocationFeed(
  deps: StrategyDeps,
  learn: (revocation: Revocation) => void,
  monotonicMs: () => number = () => performance.now(),
): Promise<RevocationFeed> {
  const link = await deps.redis()
  const { client, ask } = link
  const { issuer } = deps.token
  const streamName = `revocations:${issuer}`
  const stream = link.key(streamName)
  const entryKey = (tokenId: string) => link.key(revokedKey(issuer, tokenId))
  // Entries are spread over a cluster, and the stream is on one of its servers.
  const publish = redisScript(link, link.isCluster ? TELL : PUBLISH)
  const keepSeconds = deps.ttlSeconds + CLOCK_MARGIN_SECONDS
  const lost = { some: false }
  let latestMs = Number.NEGATIVE_INFINITY
  const reader = await followStream(link, stream, monotonicMs, lost, (fields) => {
    const [, tokenId, , exp] = fields
    if (tokenId === undefined) return
    const revocation = { tokenId, expiresAt: Number(exp) }
    if (revocation.expiresAt > clock() / 1000 - CLOCK_MARGIN_SECONDS) learn(revocation)
  })

  /** What was let go while the clock was ahead is needed again once it is right. */
  function clock(): number {
    const nowMs = deps.now()
    if (nowMs < latestMs - CLOCK_MARGIN_SECONDS * 1000) {
      lost.some = true
      latestMs = nowMs
    }
    latestMs = Math.max(latestMs, nowMs)
    return nowMs
  }

  function fresh(): boolean {
    clock()
    return !lost.some && monotonicMs() - reader.completeAt() < FEED_LAG_MS
  }

  return {
    async revoke(revocation) {
      const { tokenId, expiresAt } = revocation
      const seconds = secondsLeft(revocation, clock())
      // The entry first: who hears of it, and cannot tell, asks for it.
      if (link.isCluster) await ask(client.set(entryKey(tokenId), '1', 'EX', seconds))
      const names = link.isCluster ? [streamName] : [revokedKey(issuer, tokenId), streamName]
      await publish(names, [seconds, keepSeconds, tokenId, expiresAt])
      // Not before Redis has it: a logout that failed has to be repeatable here.
      learn(revocation)
    },
    async fill(entries) {
      const expiresAt = Math.floor(clock() / 1000) + deps.ttlSeconds
      for (const others of inBatches(otherRevocations(entries, expiresAt))) {
        await pipelined(
          link,
          others,
          ({ tokenId }) => entryKey(tokenId),
          (pipeline, _, entry) => pipeline.set(entry, '1', 'EX', deps.ttlSeconds),
        )
        await pipelined(
          link,
          others,
          () => stream,
          (pipeline, revocation) => {
            pipeline.xadd(stream, '*', 'id', revocation.tokenId, 'exp', expiresAt)
            learn(revocation)
          },
        )
      }
      await ask(client.expire(stream, keepSeconds))
    },
    fresh,
    ask: async ({ tokenId, identity }) =>
      (await ask(client.exists(entryKey(tokenId)))) === 1 ? null : identity,
    close: reader.close,
  }
}

interface StreamReader {
  /** Everything that was in the stream at this moment of the monotonic clock has been read. */
  completeAt(): number
  close(): Promise<void>
}

/**
 * Resolves when it has read what is there, and goes on reading until it is closed.
 * @param lost whether it has to begin anew; taken back when it does, and then nothing is complete until all is read
 */
async function followStream(
  link: RedisLink,
  stream: string,
  monotonicMs: () => number,
  lost: { some: boolean },
  read: (fields: readonly string[]) => void,
): Promise<StreamReader> {
  const connection = link.connect({ silenceMs: BLOCK_MS + SILENCE_MS })
  const closing = new AbortController()
  let last = BEGINNING
  let completeAt = Number.NEGATIVE_INFINITY

  async function next(blockMs: number): Promise<void> {
    const askedAt = monotonicMs()
    const [news, known] = await Promise.all([
      blockMs > 0
        ? connection.xread('COUNT', BATCH, 'BLOCK', blockMs, 'STREAMS', stream, last)
        : connection.xread('COUNT', BATCH, 'STREAMS', stream, last),
      // Answered after the first one, and sent with it.
      last === BEGINNING ? null : connection.xrange(stream, last, last),
    ])
    const entries = news?.[0]?.[1] ?? []
    for (const [id, fields] of entries) {
      read(fields)
      last = id
    }
    if (lost.some) {
      lost.some = false
      last = BEGINNING
      completeAt = Number.NEGATIVE_INFINITY
    } else if (known?.length === 0) last = BEGINNING
    else if (entries.length < BATCH) completeAt = askedAt
  }

  async function follow(): Promise<void> {
    while (!closing.signal.aborted) {
      try {
        await next(BLOCK_MS)
      } catch {
        // The connection comes back by itself; until then every question fails at once.
        await delay(RETRY_MS, undefined, { ref: false, signal: closing.signal }).catch(() => {})
      }
    }
  }

  await link.ask(connection.connect())
  while (completeAt === Number.NEGATIVE_INFINITY) await link.ask(next(0))
  const following = follow()

  return {
    completeAt: () => completeAt,
    async close() {
      closing.abort()
      connection.disconnect()
      await following
    },
  }
}
