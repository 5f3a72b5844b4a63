import { StoreUnavailableError } from '../contract.ts'
import { inBatches } from './batches.ts'
import type { RedisClient, RedisLink } from './redis-link.ts'

export type Pipeline = ReturnType<RedisClient['pipeline']>

/**
 * Commands for many items, a thousand items at a time.
 * @param keyOf asked once for each item; on a cluster all other keys of the item have to lie where this one does
 */
export async function pipelined<T>(
  { client, ask, serverOf }: Pick<RedisLink, 'client' | 'ask' | 'serverOf'>,
  items: Iterable<T>,
  keyOf: (item: T) => string,
  add: (pipeline: Pipeline, item: T, key: string) => void,
): Promise<void> {
  for (const batch of inBatches(items)) {
    const keyed = batch.map((item) => ({ item, key: keyOf(item) }))
    const sent = [...Map.groupBy(keyed, ({ key }) => serverOf(key)).values()].map((some) => {
      const pipeline = client.pipeline()
      for (const { item, key } of some) add(pipeline, item, key)
      return executed(pipeline, ask)
    })
    await Promise.all(sent)
  }
}

/** @throws StoreUnavailableError where one of the commands failed */
export async function executed(pipeline: Pipeline, ask: RedisLink['ask']): Promise<void> {
  const replies = await ask(pipeline.exec())
  const failed = replies?.find(([error]) => error !== null)
  if (replies === null || failed !== undefined) throw new StoreUnavailableError(failed?.[0])
}
