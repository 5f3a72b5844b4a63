import { RedisNotReadyError } from '../../../servers/process/ready-redis.ts'
import { startCluster } from '../../../servers/process/redis-cluster.ts'
import { findRedis } from '../../../servers/process/redis-process.ts'
import { missing, notReady, pinnedTo } from '../server.ts'

/**
 * Three masters on this machine, for one run.
 * @param core that they are pinned to, all of them; null: wherever the system likes
 * @throws {AuthbenchError} REDIS_MISSING, REDIS_NOT_READY
 */
export async function startOwnCluster(
  core: number | null,
  folders?: readonly string[],
): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const binary = findRedis(folders)
  if (binary === null) throw missing()
  try {
    return await startCluster(binary, { before: pinnedTo(core) })
  } catch (error) {
    throw error instanceof RedisNotReadyError ? notReady(error.log) : error
  }
}
