import { StoreUnavailableError } from '../contract.ts'
import { inBatches } from './batches.ts'
import type { RedisClient, RedisLink } from './redis-link.ts'

export type Pipeline = ReturnType<RedisClient['pipeline']>

/** Commands for many items, a thousand items at a time. On a cluster all keys of one item have to lie together. */
export async function pipelined<T>(
  { client, ask, isCluster }: Pick<RedisLink, 'client' | 'ask' | 'isCluster'>,
  items: Iterable<T>,
  add: (pipeline: Pipeline, item: T) => void,
): Promise<void> {
  async function send(some: readonly T[]): Promise<void> {
    const pipeline = client.pipeline()
    for (const item of some) add(pipeline, item)
    await executed(pipeline, ask)
  }
  for (const batch of inBatches(items))
    await (isCluster ? Promise.all(batch.map((item) => send([item]))) : send(batch))
}

/** @throws StoreUnavailableError where one of the commands failed */
export async function executed(pipeline: Pipeline, ask: RedisLink['ask']): Promise<void> {
  const replies = await ask(pipeline.exec())
  const failed = replies?.find(([error]) => error !== null)
  if (replies === null || failed !== undefined) throw new StoreUnavailableError(failed?.[0])
}
