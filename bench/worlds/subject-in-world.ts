import { isSameWorld, USUAL_WORLD, type World } from '../../src/worlds/world.ts'
import { addressOf, originOf } from '../load/http/address.ts'
import type { ServerProcess } from '../process/server-process.ts'
import type { MovableSubject } from '../run/equipment.ts'
import { layStretch, type Stretch, watchWay } from './way.ts'

/** What lies between a server and its Redis, and between its clients and it; null where nothing does. */
interface Stretches {
  readonly store: Stretch | null
  readonly link: Stretch | null
}

const laid = ({ store, link }: Stretches): readonly Stretch[] =>
  [store, link].filter((stretch) => stretch !== null)

/**
 * A server that can be moved from world to world. Its proxies are its own: one that is lost fails nobody else.
 * @param redis where its Redis is; null: it asks none
 */
export function subjectInWorld(
  server: ServerProcess,
  redis: { readonly host: string; readonly port: number } | null,
  core: number | null,
  signal: AbortSignal,
): MovableSubject {
  let world: World = USUAL_WORLD
  let stretches: Stretches = { store: null, link: null }
  const own = addressOf(server.origin)
  const far = (next: World): Promise<Stretch> | null =>
    redis === null || next.storeRttMs === 0
      ? null
      : layStretch(
          'store',
          redis,
          { roundTripMs: next.storeRttMs, upBitsPerSecond: null, downBitsPerSecond: null },
          core,
          signal,
          stretches.store,
        )
  return {
    ...server,
    async enter(next) {
      if (isSameWorld(next, world)) return { origin: server.origin }
      const before = stretches
      const [store, link] = await Promise.all([
        world.storeRttMs === next.storeRttMs ? before.store : far(next),
        JSON.stringify(world.link) === JSON.stringify(next.link)
          ? before.link
          : next.link && layStretch('link', own, next.link, core, signal, before.link),
      ])
      stretches = { store, link }
      world = next
      try {
        await server.enter({ handler: next.handler, roles: next.roles, store: store?.proxy ?? null })
      } finally {
        const stay = laid(stretches).map(({ proxy }) => proxy.pid)
        const gone = laid(before).filter(({ proxy }) => !stay.includes(proxy.pid))
        await Promise.all(gone.map(({ proxy }) => proxy.stop()))
      }
      return {
        origin:
          link === null
            ? server.origin
            : originOf(link.proxy, server.certificate === undefined ? 'http' : 'https'),
      }
    },
    watchWay: () => watchWay(laid(stretches)),
    async stop() {
      await Promise.all([server.stop(), ...laid(stretches).map(({ proxy }) => proxy.stop())])
    },
  }
}
