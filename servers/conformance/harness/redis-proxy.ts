import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { urlsOfCluster } from '../../stores/cluster/cluster-url.ts'
import type { Place, Way } from '../../stores/redis-link.ts'

/** A way to Redis that can be cut, for all connections or for the one that is of interest. */
export interface StoreProxy {
  readonly url: string
  /** Connections that said something of the kind are closed, and no new ones are let through; without it, all of them. */
  cut(said?: string | RegExp): void
  /** Those stay open, and nothing comes through: what a lost host looks like. */
  stall(word: string): void
  /** From now on every answer is late by so much, on all connections; 0: no more. */
  slow(lateMs: number): void
  mend(): void
  /** Connections that said this word since the last cut. */
  count(word: string): number
  close(): Promise<void>
}

interface Passage {
  readonly near: Socket
  readonly far: Socket
  said: string
  /** What comes from Redis still comes through. */
  isHeard: boolean
  /** Answers keep their order. */
  sent: Promise<void>
}

/** To one Redis, or one to each server of a cluster, cut and mended as one. */
export async function startProxies(
  url: string,
): Promise<Pick<StoreProxy, 'cut' | 'mend' | 'close'> & { readonly way: Way }> {
  const urls = urlsOfCluster(url)
  const proxies = await Promise.all(
    (urls ?? [url]).map(async (target) => {
      const proxy = await startProxy(target)
      return { ...proxy, from: placeOf(target), to: placeOf(proxy.url) }
    }),
  )
  const [first] = proxies
  return {
    way: urls === null && first !== undefined ? first.to : proxies.map(({ from, to }) => ({ from, to })),
    cut(said) {
      for (const proxy of proxies) proxy.cut(said)
    },
    mend() {
      for (const proxy of proxies) proxy.mend()
    },
    async close() {
      await Promise.all(proxies.map((proxy) => proxy.close()))
    },
  }
}

function placeOf(url: string): Place {
  const { hostname, port } = new URL(url)
  return { host: hostname, port: Number(port) }
}

export async function startProxy(target: string): Promise<StoreProxy> {
  const { hostname, port } = new URL(target)
  const passages = new Set<Passage>()
  let open = true
  let lateMs = 0

  const server = createServer((near) => {
    if (!open) {
      near.destroy()
      return
    }
    const passage: Passage = {
      near,
      far: connect(Number(port), hostname),
      said: '',
      isHeard: true,
      sent: Promise.resolve(),
    }
    passages.add(passage)
    const end = () => {
      passages.delete(passage)
      near.destroy()
      passage.far.destroy()
    }
    for (const socket of [near, passage.far]) socket.on('error', end).on('close', end)
    near.on('data', (chunk) => {
      passage.said = (passage.said + chunk.toString('latin1')).slice(-1000)
    })
    near.pipe(passage.far)
    passage.far.on('data', (chunk) => {
      const dueMs = performance.now() + lateMs
      passage.sent = passage.sent.then(async () => {
        const leftMs = dueMs - performance.now()
        if (leftMs > 0) await pause(leftMs)
        if (passage.isHeard && !near.destroyed) near.write(chunk)
      })
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const matching = (pattern: string | RegExp) =>
    [...passages].filter(({ said }) => new RegExp(pattern).test(said))

  function cut(said: string | RegExp = ''): void {
    open = false
    for (const { near } of matching(said)) near.destroy()
  }

  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut,
    stall(word) {
      open = false
      for (const passage of matching(word)) passage.isHeard = false
    },
    slow(ms) {
      lateMs = ms
    },
    mend() {
      open = true
    },
    count: (word) => matching(word).length,
    async close() {
      cut()
      server.close()
      await once(server, 'close')
    },
  }
}
