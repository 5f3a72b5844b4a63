import { type MovableRedisLink, type RedisLink, redisLink, type Way } from './redis-link.ts'

/** All links of one server to its Redis, which go the same way. */
export interface RedisLinks {
  /** @throws AuthbenchError `REDIS_UNREACHABLE` */
  open(url: string): Promise<RedisLink>
  /**
   * Those that are open and those that will be; null: where their URL says.
   * @throws AuthbenchError `REDIS_UNREACHABLE`
   */
  moveTo(way: Way | null): Promise<void>
  close(): Promise<void>
}

export function redisLinks(keyPrefix: string): RedisLinks {
  const links: MovableRedisLink[] = []
  let way: Way | null = null
  return {
    async open(url) {
      const link = await redisLink(url, keyPrefix)
      links.push(link)
      if (way !== null) await link.moveTo(way)
      return link
    },
    async moveTo(next) {
      if (JSON.stringify(next) === JSON.stringify(way)) return
      way = next
      await Promise.all(links.map((link) => link.moveTo(next)))
    },
    async close() {
      await Promise.all(links.map((link) => link.close()))
    },
  }
}
