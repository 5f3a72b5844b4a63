import { type MovableRedisLink, type Place, type RedisLink, redisLink } from './redis-link.ts'

/** All links of one server to its Redis, which go the same way. */
export interface RedisLinks {
  /** @throws AuthbenchError `REDIS_UNREACHABLE` */
  open(url: string): Promise<RedisLink>
  /**
   * Those that are open and those that will be; null: where their URL says.
   * @throws AuthbenchError `REDIS_UNREACHABLE`
   */
  moveTo(place: Place | null): Promise<void>
  close(): Promise<void>
}

export function redisLinks(keyPrefix: string): RedisLinks {
  const links: MovableRedisLink[] = []
  let way: Place | null = null
  const isSame = (place: Place | null) => place?.host === way?.host && place?.port === way?.port
  return {
    async open(url) {
      const link = await redisLink(url, keyPrefix)
      links.push(link)
      if (way !== null) await link.moveTo(way)
      return link
    },
    async moveTo(place) {
      if (isSame(place)) return
      way = place
      await Promise.all(links.map((link) => link.moveTo(place)))
    },
    async close() {
      await Promise.all(links.map((link) => link.close()))
    },
  }
}
