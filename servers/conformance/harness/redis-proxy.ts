import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A way to Redis that can be cut, for all connections or for the one that is of interest. */
export interface StoreProxy {
  readonly url: string
  /** Connections that said something of the kind are closed, and no new ones are let through; without it, all of them. */
  cut(said?: string | RegExp): void
  /** Those stay open, and nothing comes through: what a lost host looks like. */
  stall(word: string): void
  mend(): void
  /** Connections that said this word since the last cut. */
  count(word: string): number
  close(): Promise<void>
}

interface Passage {
  readonly near: Socket
  readonly far: Socket
  said: string
}

export async function startProxy(target: string): Promise<StoreProxy> {
  const { hostname, port } = new URL(target)
  const passages = new Set<Passage>()
  let open = true

  const server = createServer((near) => {
    if (!open) {
      near.destroy()
      return
    }
    const passage: Passage = { near, far: connect(Number(port), hostname), said: '' }
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
    near.pipe(passage.far).pipe(near)
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
      for (const { near, far } of matching(word)) far.unpipe(near)
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
