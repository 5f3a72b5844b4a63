import { StoreUnavailableError } from '../contract.ts'
import { inBatches } from './batches.ts'
import type { RedisClient, RedisLink } from './redis-link.ts'

type Pipeline = ReturnType<RedisClient['pipeline']>

/** Commands for many items, a thousand items at a time. */
export async function pipelined<T>(
  { client, ask }: Pick<RedisLink, 'client' | 'ask'>,
  items: Iterable<T>,
  add: (pipeline: Pipeline, item: T) => void,
): Promise<void> {
  for (const batch of inBatches(items)) {
    const pipeline = client.pipeline()
    for (const item of batch) add(pipeline, item)
    const replies = await ask(pipeline.exec())
    const failed = replies?.find(([error]) => error !== null)
    if (failed !== undefined) throw new StoreUnavailableError(failed[0])
  }
}
