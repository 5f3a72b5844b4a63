// In this folder: where entries are kept, in memory and in Redis, as single values and as sessions.

import { isIP } from 'node:net'
import type { Cluster, Redis } from 'ioredis'
import { AuthbenchError } from '../../src/results/errors.ts'
import { StoreUnavailableError } from '../contract.ts'
import { urlsOfCluster } from './cluster/cluster-url.ts'
import { NO_TAGS, type OwnerTags } from './cluster/owner-tags.ts'
import { endWhenSilent } from './lookup-timeout.ts'

/** Of a cluster: commands go to the server that has their keys, and all keys of one command have to be on one. */
export type RedisClient = Redis | Cluster

/** What a connection may have of its own. */
export interface ConnectOptions {
  /** 2 for subscriptions that take invalidation messages: ioredis drops those of RESP3. */
  readonly protocol?: 2 | 3
  /** Milliseconds without an answer after which the connection is given up; longer than its commands may block. */
  readonly silenceMs?: number
  /** False where something has to be asked before subscribing again. */
  readonly autoResubscribe?: boolean
}

/** One server, and connections to it alone. */
export interface RedisNode {
  readonly client: Redis
  connect(options?: ConnectOptions): Redis
}

/** A way to Redis, for what a store of values does not do: scripts, streams, invalidation. */
export interface RedisLink {
  /** Nothing is queued while the connection is away; commands go through `ask`. */
  readonly client: RedisClient
  /** Keys lie on several servers: those of one owner on one, where they have its tag. */
  readonly isCluster: boolean
  readonly tags: OwnerTags
  /** The name under the prefix of the run: every key, channel and stream has to have it. */
  key(name: string): string
  /** Some name of the server that has the key; the same for all keys of a single Redis. */
  serverOf(key: string): string
  /** Turns every failure of the command into a `StoreUnavailableError`. */
  ask<T>(command: Promise<T>): Promise<T>
  /** One more connection, not yet connected, closed with the link: for commands that block, and for subscriptions. */
  connect(options?: ConnectOptions): RedisClient
  /**
   * Tells of every server that keys are read from or may be at any moment, now and as they come.
   * @param follow returns what is to be done when the server is none of them any more
   */
  eachNode(follow: (node: RedisNode) => () => void): void
  close(): Promise<void>
}

/** Where a connection goes, whatever the URL says. */
export interface Place {
  readonly host: string
  readonly port: number
}

/** Of one server of a cluster. */
export interface Detour {
  readonly from: Place
  readonly to: Place
}

/** To one server, or to all of a cluster. */
export type Way = Place | readonly Detour[]

export interface MovableRedisLink extends RedisLink {
  /**
   * Every connection goes there from now on, without anybody else noticing more than a lost one; null: back to where the URL says.
   * @throws AuthbenchError `REDIS_UNREACHABLE`
   */
  moveTo(way: Way | null): Promise<void>
}

/** A silent Redis is given up after this long; a 503 then reaches the client well within a second. */
export const SILENCE_MS = 500
export const RECONNECT_MS = 50
/** Longer: nothing waits for a connection, and a server that is busy starting must not take it for a host that is away. */
export const CONNECT_MS = 2000
/** Several attempts at a connection, over a long way. */
export const MOVE_MS = 10_000

/**
 * Connections to one Redis. Every key has to start with `keyPrefix`.
 *
 * Away (refused, killed, stopped) means `StoreUnavailableError`: for requests in flight after about `SILENCE_MS`,
 * for later ones at once, because nothing is queued while there is no connection. It reconnects by itself.
 *
 * Two choices were measured as server CPU per request of session-redis behind HTTP, 16 and 64 connections:
 * one timer for the socket (74 and 55 us) over one for each command (84 and 65 us), and no automatic pipelining
 * (74 and 55 us) over it (79 and 58 us; one connection 219 against 268 us). Pipelining wins only in a bare loop
 * of 16 GETs (11 against 14 us), where all replies arrive in one tick.
 * @throws AuthbenchError `REDIS_UNREACHABLE` when the first connection fails
 */
export async function redisLink(url: string, keyPrefix: string): Promise<MovableRedisLink> {
  const urls = urlsOfCluster(url)
  if (urls !== null) return (await import('./cluster/cluster-link.ts')).clusterLink(urls, keyPrefix)
  // Loaded only where it is used: many servers start in every round, and few of them need it.
  const ioredis = await import('ioredis')
  const connections: Redis[] = []
  // ioredis says "Connection is closed" of a first connection, whatever closed it. Only the words: an error has the command, and a password with it.
  let trouble: string | undefined
  const connect = ({ silenceMs = SILENCE_MS, ...options }: ConnectOptions = {}): Redis => {
    const redis = new ioredis.Redis(url, {
      lazyConnect: true,
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      autoResendUnfulfilledCommands: false,
      connectTimeout: CONNECT_MS,
      retryStrategy: () => RECONNECT_MS,
      disableClientInfo: true,
      ...options,
    })
    // ioredis prints errors that nobody listens to; each command reports its own.
    redis.on('error', ({ message }) => {
      trouble = message
    })
    endWhenSilent(redis, silenceMs)
    connections.push(redis)
    return redis
  }
  const client = connect()
  try {
    await client.connect()
  } catch (cause) {
    client.disconnect()
    throw unreachable(url, trouble === undefined ? cause : new Error(trouble))
  }

  const { host: homeHost = '', port: homePort = 0 } = client.options
  const home = { host: homeHost, port: homePort }

  return {
    client,
    isCluster: false,
    tags: NO_TAGS,
    async moveTo(way) {
      const place = way ?? home
      if (!('host' in place)) throw new TypeError('a single Redis has one place')
      const { host, port } = place
      for (const { options } of connections) {
        // Its certificate is for that name, whatever lies in between.
        if (options.tls !== undefined && isIP(home.host) === 0)
          options.tls = { ...options.tls, servername: home.host }
        Object.assign(options, { host, port })
      }
      const open = connections.filter(({ status }) => status !== 'wait' && status !== 'end')
      if (!(await Promise.all(open.map(reconnected))).every((isReady) => isReady)) throw unreachable(url)
    },
    key: (name) => keyPrefix + name,
    serverOf: () => '',
    ask: (command) => command.catch(unavailable),
    connect,
    eachNode: (follow) => void follow({ client, connect }),
    async close() {
      for (const redis of connections) redis.disconnect()
    },
  }
}

export const unreachable = (url: string, cause?: unknown): AuthbenchError =>
  new AuthbenchError('REDIS_UNREACHABLE', `no usable Redis at ${placeOf(url)}`, {
    cause,
    next: 'Check that it runs and accepts the password of the URL, or give another one with --redis.',
  })

/** Whether it is ready again in time; it goes on trying in any case. */
function reconnected(redis: Redis): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const onReady = () => resolve(true)
  redis.once('ready', onReady)
  const timer = setTimeout(() => {
    redis.off('ready', onReady)
    resolve(false)
  }, MOVE_MS)
  redis.disconnect(true)
  return promise.finally(() => clearTimeout(timer))
}

export function unavailable(cause: unknown): never {
  throw new StoreUnavailableError(cause)
}

/** Host and port only: the URL may hold a password. */
function placeOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host || 'that URL' : 'that URL'
}
