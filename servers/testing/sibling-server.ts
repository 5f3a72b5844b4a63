import type { Authenticator, AuthStrategy, StrategyDeps } from '../contract.ts'
import { redisStore } from '../stores/redis.ts'
import { type RedisLink, redisLink } from '../stores/redis-link.ts'
import { testDeps } from './test-deps.ts'

/** One of several servers of a strategy: same keys, same Redis, connections of its own, which `close` closes as well. */
export async function openNode(
  strategy: Pick<AuthStrategy, 'open'>,
  url: string,
  prefix: string,
  changes: Partial<StrategyDeps> = {},
): Promise<Authenticator> {
  const { deps, disconnect } = await nodeDeps(url, prefix, changes)
  const authenticator = await strategy.open(deps)
  return {
    ...authenticator,
    async close() {
      await authenticator.close()
      await disconnect()
    },
  }
}

/** What such a server is opened with. */
export async function nodeDeps(
  url: string,
  prefix: string,
  changes: Partial<StrategyDeps> = {},
): Promise<{ deps: StrategyDeps; disconnect: () => Promise<void> }> {
  const links: RedisLink[] = []
  async function redis(): Promise<RedisLink> {
    const link = await redisLink(url, prefix)
    links.push(link)
    return link
  }
  const store = async () => redisStore(await redis())
  return {
    deps: await testDeps({ redis, store, ...changes }),
    async disconnect() {
      for (const link of links) await link.close()
    },
  }
}
