import { type LaunchOptions, launchRedis, type RedisProcess } from './redis-process.ts'

const READY_MS = 15_000

/** Said by a server that did not start. */
export class RedisNotReadyError extends Error {
  override readonly name = 'RedisNotReadyError'
  readonly log: readonly string[]
  constructor(log: readonly string[]) {
    super(`Redis did not get ready: ${log.join(' | ')}`)
    this.log = log
  }
}

/**
 * A server that accepts connections.
 * @throws RedisNotReadyError
 */
export async function readyRedis(
  binary: string,
  port: number,
  options: Omit<LaunchOptions, 'onLine'> = {},
): Promise<RedisProcess> {
  const ready = Promise.withResolvers<'ready'>()
  let accepts = false
  const onLine = (line: string, pid: number | null) => {
    accepts ||= line.includes('Ready to accept connections')
    if (accepts && pid !== null) ready.resolve('ready')
  }
  const server = await launchRedis(binary, port, { ...options, onLine })
  // Keeps this process alive in the meantime.
  const late = Promise.withResolvers<'late'>()
  const timer = setTimeout(late.resolve, READY_MS, 'late')
  const outcome = await Promise.race([ready.promise, server.ended, late.promise])
  clearTimeout(timer)
  if (outcome === 'ready') return server
  await server.kill()
  throw new RedisNotReadyError(server.log)
}
