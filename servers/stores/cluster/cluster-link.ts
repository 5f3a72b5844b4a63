import { setTimeout as delay } from 'node:timers/promises'
import type { Cluster, Redis } from 'ioredis'
import { endWhenSilent } from '../lookup-timeout.ts'
import {
  CONNECT_MS,
  type ConnectOptions,
  MOVE_MS,
  type MovableRedisLink,
  type Place,
  RECONNECT_MS,
  type RedisNode,
  SILENCE_MS,
  unavailable,
  unreachable,
} from '../redis-link.ts'
import { CLUSTER_TAGS } from './owner-tags.ts'
import { slotOf } from './slot.ts'

/** What every connection to a server of the cluster has in common. */
function optionsOf(url: URL) {
  return {
    ...(url.username === '' ? {} : { username: decodeURIComponent(url.username) }),
    ...(url.password === '' ? {} : { password: decodeURIComponent(url.password) }),
    ...(url.protocol === 'rediss:' ? { tls: {} } : {}),
    connectTimeout: CONNECT_MS,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    disableClientInfo: true,
  }
}

/**
 * Connections to a cluster, which promise what those to one Redis do: `StoreUnavailableError` where a server of it is away or silent, for
 * requests in flight after about `SILENCE_MS`, and at once while there is no connection to it. Keys on other servers are served meanwhile.
 *
 * Whenever a server is lost, the others are asked where its keys are now, until they are somewhere. Commands are not repeated, but for those
 * that were sent to the wrong server.
 * @param urls of one server or more of it; they differ in host and port alone
 * @throws AuthbenchError `REDIS_UNREACHABLE` where one of its masters cannot be reached
 */
export async function clusterLink(urls: readonly string[], keyPrefix: string): Promise<MovableRedisLink> {
  // Loaded only where it is used.
  const ioredis = await import('ioredis')
  const [first = ''] = urls
  const common = optionsOf(new URL(first))
  const places = urls.map((url) => {
    const { hostname, port } = new URL(url)
    return { host: hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(port || 6379) }
  })
  const clusters = new Set<Cluster>()
  const others = new Set<Redis>()
  const detours = new Map<string, Place>()
  /** Its own first connection only tells where the slots are. */
  class WholeCluster extends ioredis.Cluster {
    override async connect(): Promise<void> {
      await super.connect()
      // Only a server that is busy starting may take its time to read the first answer.
      this.options.slotsRefreshTimeout = SILENCE_MS
      await Promise.all(this.nodes('master').map(ready))
    }
  }
  let trouble: string | undefined

  function connect({ silenceMs = SILENCE_MS, ...options }: ConnectOptions = {}): Cluster {
    const cluster = new WholeCluster(places, {
      lazyConnect: true,
      enableOfflineQueue: false,
      // It asks any server, also one to which there is no connection yet, and begins anew if that does not answer.
      enableReadyCheck: false,
      retryDelayOnFailover: 0,
      retryDelayOnClusterDown: 0,
      slotsRefreshTimeout: CONNECT_MS,
      clusterRetryStrategy: () => RECONNECT_MS,
      natMap: (place) => detours.get(place) ?? null,
      redisOptions: { ...common, ...options },
    })
    cluster.on('error', () => {})
    // Only the words: an error has the command, and a password with it.
    cluster.on('node error', ({ message }: Error) => {
      trouble = message
    })
    cluster.on('+node', (node: Redis) => {
      endWhenSilent(node, silenceMs)
      // The pool sets it: who waits in a queue for a connection waits as long as one may take.
      node.options.enableOfflineQueue = false
      if (node.status === 'wait') node.connect().catch(() => {})
    })
    cluster.on('-node', () => {
      const look = () => {
        if (cluster.status === 'ready') cluster.refreshSlotsCache()
      }
      setTimeout(look, RECONNECT_MS).unref()
    })
    clusters.add(cluster)
    return cluster
  }

  function connectTo({ options: { host = '', port = 0 } }: Redis, options: ConnectOptions = {}): Redis {
    const { silenceMs = SILENCE_MS, ...own } = options
    const redis = new ioredis.Redis({
      ...common,
      host,
      port,
      lazyConnect: true,
      enableOfflineQueue: false,
      retryStrategy: () => RECONNECT_MS,
      ...own,
    })
    redis.on('error', () => {})
    endWhenSilent(redis, silenceMs)
    others.add(redis)
    redis.once('end', () => others.delete(redis))
    return redis
  }

  function eachNode(follow: (node: RedisNode) => () => void): void {
    const followed = new Map<Redis, () => void>()
    const add = (node: Redis) => {
      if (followed.has(node)) return
      followed.set(node, follow({ client: node, connect: (options) => connectTo(node, options) }))
    }
    // A replica takes the place of its master without a word.
    for (const node of client.nodes()) add(node)
    client.on('+node', add)
    client.on('-node', (node: Redis) => {
      followed.get(node)?.()
      followed.delete(node)
    })
  }

  const client = connect()
  try {
    await client.connect()
  } catch (cause) {
    client.disconnect()
    throw unreachable(first, trouble === undefined ? cause : new Error(trouble))
  }

  return {
    client,
    isCluster: true,
    tags: CLUSTER_TAGS,
    async moveTo(way) {
      if (way !== null && 'host' in way) throw new TypeError('a cluster has a place for each of its servers')
      detours.clear()
      for (const { from, to } of way ?? []) detours.set(`${from.host}:${from.port}`, to)
      const open = [...clusters].filter(({ status }) => status !== 'wait' && status !== 'end')
      await Promise.all(open.map(reconnected)).catch((cause: unknown) => {
        throw unreachable(first, cause)
      })
    },
    key: (name) => keyPrefix + name,
    serverOf: (key) => client.slots[slotOf(key)]?.[0] ?? '',
    ask: (command) => command.catch(unavailable),
    connect,
    eachNode,
    async close() {
      for (const one of [...clusters, ...others]) one.disconnect()
    },
  }
}

/** Goes on trying in any case; rejects where no try of the first seconds led to all masters. */
async function reconnected(cluster: Cluster): Promise<void> {
  const until = performance.now() + MOVE_MS
  cluster.disconnect(true)
  const isWhole = () => cluster.status === 'ready' && cluster.nodes('master').every(isReady)
  while (!isWhole()) {
    if (performance.now() > until) throw new Error('Connection is closed.')
    await delay(RECONNECT_MS / 5)
  }
}

const isReady = ({ status }: Redis): boolean => status === 'ready'

/** It is connecting: rejects where that fails. */
function ready(node: Redis): Promise<void> {
  if (isReady(node)) return Promise.resolve()
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  node.once('ready', resolve)
  node.once('end', () => reject(new Error('Connection is closed.')))
  return promise
}
