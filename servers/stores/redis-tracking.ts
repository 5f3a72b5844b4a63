import { AuthbenchError } from '../../src/results/errors.ts'
import type { RedisLink, RedisNode } from './redis-link.ts'

export interface Tracking {
  /** What is read through the link from now on is tracked. */
  active(): boolean
  /** Every change up to `BOUND_MS` ago has been reported. */
  current(): boolean
  close(): void
}

export interface TrackingListener {
  /** These keys, which were read through the link, are not what they were. */
  changed(keys: readonly string[]): void
  /** Any key may have changed unreported. */
  lost(): void
}

/** How long a silent connection goes unnoticed. */
export const BOUND_MS = 1000
const HEARTBEAT_MS = 250
/** Where Redis sends invalidations to clients that speak RESP2. */
const CHANNEL = '__redis__:invalidate'

/**
 * Client-side caching with Redis's help: it remembers which keys this link has read, and says on a second connection
 * when one of them changes. (ioredis drops the messages of RESP3, so one connection cannot do both.) Of a cluster every
 * server remembers its own, and each has to be heard.
 * @param clock milliseconds that only go forward
 * @throws AuthbenchError `TRACKING_REFUSED`
 */
export async function trackReads(
  { eachNode }: Pick<RedisLink, 'eachNode'>,
  listener: TrackingListener,
  clock: () => number,
): Promise<Tracking> {
  const nodes = new Set<NodeTracking>()
  eachNode((node) => {
    const tracking = trackNode(node, listener, clock)
    nodes.add(tracking)
    return () => {
      nodes.delete(tracking)
      tracking.close()
      listener.lost()
    }
  })
  function ofAll(holds: (node: NodeTracking) => boolean): boolean {
    // At every request: without a copy.
    for (const node of nodes) if (!holds(node)) return false
    return nodes.size > 0
  }
  const close = () => {
    for (const node of nodes) node.close()
  }
  try {
    await Promise.all([...nodes].map(({ opened }) => opened))
  } catch (cause) {
    close()
    throw new AuthbenchError('TRACKING_REFUSED', 'Redis does not report changes of keys', {
      cause,
      next: 'Use Redis 6 or newer that allows CLIENT TRACKING with REDIRECT, or leave out this strategy.',
    })
  }
  return {
    active: () => ofAll((node) => node.active()),
    current: () => ofAll((node) => node.current()),
    close,
  }
}

interface NodeTracking extends Tracking {
  /** Rejects where the server is away, or does not report; it is asked again by itself. */
  readonly opened: Promise<void>
}

/**
 * A connection may be dead and not look it. Both are asked for a sign of life every `HEARTBEAT_MS`: Redis answers a
 * connection in order, so an answer on the second means that every change before the question has been reported
 * there, provided that the first, whose end ends the tracking, was alive by then as well.
 */
function trackNode(
  { client, connect }: RedisNode,
  listener: TrackingListener,
  clock: () => number,
): NodeTracking {
  const reports = connect({ protocol: 2, autoResubscribe: false })
  /** Client id of the second connection, while it listens. */
  let target: number | null = null
  let tracking = false
  /** Gaps so far, after each of which nothing from before counts any more. */
  let gaps = 0
  let currentAt = Number.NEGATIVE_INFINITY

  function lose(): void {
    gaps++
    tracking = false
    listener.lost()
  }

  async function listen(): Promise<void> {
    // Asked first: a connection that has subscribed may not ask anything else.
    const id = await reports.client('ID')
    await reports.subscribe(CHANNEL)
    target = id
    await track()
  }

  async function track(): Promise<void> {
    if (target === null) return
    lose()
    const since = gaps
    const askedAt = clock()
    await client.client('TRACKING', 'ON', 'REDIRECT', target)
    if (gaps !== since) return
    tracking = true
    currentAt = askedAt
  }

  async function beat(): Promise<void> {
    // A connection was lost; it may be back.
    if (!tracking) return track()
    const since = gaps
    const askedAt = clock()
    await Promise.all([client.ping(), reports.ping()])
    if (gaps === since) currentAt = Math.max(currentAt, askedAt)
  }

  reports.on('messageBuffer', (_channel: Buffer, keys: unknown) => {
    // Null: the whole database was emptied.
    if (Array.isArray(keys)) listener.changed(keys.map(String))
    else listener.lost()
  })
  client.on('close', lose)
  reports.on('close', () => {
    target = null
    lose()
  })
  const opened = reports.connect().then(listen)
  // What fails here is tried again by the heart, or at the next connection, and shows in `current`.
  const unattended = (work: () => Promise<void>) => () => void work().catch(() => {})
  const listenAgain = () => reports.on('ready', unattended(listen))
  opened.then(listenAgain, listenAgain)
  const heart = setInterval(unattended(beat), HEARTBEAT_MS)
  heart.unref()

  return {
    opened,
    active: () => tracking,
    current: () => tracking && clock() - currentAt < BOUND_MS,
    close() {
      clearInterval(heart)
      reports.disconnect()
    },
  }
}
