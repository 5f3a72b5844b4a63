import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AuthbenchError } from '../../../src/results/errors.ts'
import { askRedis } from '../../process/ask-redis.ts'
import { onFreePort } from '../../process/free-port.ts'
import { readyRedis } from '../../process/ready-redis.ts'
import { findRedis, SNAPSHOT_FILE } from '../../process/redis-process.ts'
import { ageKeys, listen, replaceTokens, type Transcript } from './told-by-port.ts'

/** A Redis of one's own, to be paused, killed and listened to. */
export interface TestRedis extends TestStore {
  /** Everything that is in it. */
  snapshot(): Promise<Uint8Array>
  /** With a snapshot or empty. */
  restart(snapshot?: Uint8Array | null): Promise<void>
}

/** A Redis or a cluster of them. */
export interface TestStore {
  readonly url: string
  /** Stops answering, keeps its connections: what a hung host looks like. */
  pause(): void
  resume(): void
  kill(): Promise<void>
  /** A replica takes the place of a master, which dies. Only of a cluster. */
  readonly failOver?: { readonly masters: readonly number[]; of(master: number): Promise<void> }
  /** At the same place, empty. Rejects once it was stopped. */
  restart(): Promise<void>
  /** Takes so much from the lifetime of every key under the prefix: what expires does so on Redis' own clock. */
  age(prefix: string, seconds: number): Promise<void>
  /** Somebody who may write to it puts this token in the place of every signed one. @returns how many there were */
  replaceTokens(token: string): Promise<number>
  /** Everything that Redis is told from now on. */
  listen(): Promise<Transcript>
  /** Also removes its folder. Waits for one that is being started: nobody else would end it. */
  stop(): Promise<void>
}

/**
 * @param choosePort by default any free one; asked anew where somebody was faster
 * @throws AuthbenchError `REDIS_MISSING` where there is none on the machine, Error when it does not start
 */
export async function startRedis(choosePort?: () => Promise<number>): Promise<TestRedis> {
  const binary = findOrFail()
  let isStopped = false
  const first = await onFreePort(
    async (port) => ({ port, server: await readyRedis(binary, port) }),
    choosePort,
  )
  const { port } = first
  let { server } = first
  let starting = Promise.resolve(server)

  return {
    url: `redis://127.0.0.1:${port}`,
    pause: () => server.signal('SIGSTOP'),
    resume: () => server.signal('SIGCONT'),
    kill: () => server.kill(),
    async snapshot() {
      await askRedis(port, 'SAVE')
      return readFile(join(server.folder, SNAPSHOT_FILE))
    },
    async restart(snapshot = null) {
      if (isStopped) throw new Error('this Redis was stopped, and is not started again')
      starting = readyRedis(binary, port, { snapshot })
      server = await starting
    },
    async age(prefix, seconds) {
      await ageKeys(port, prefix, seconds)
    },
    replaceTokens: (token) => replaceTokens(port, token),
    listen: () => listen(port),
    async stop() {
      isStopped = true
      await starting.catch(() => undefined)
      // Nothing in it is of any use, and a paused one would have to be resumed.
      await server.kill()
    },
  }
}

/** @throws AuthbenchError `REDIS_MISSING` */
export function findOrFail(): string {
  const binary = findRedis()
  if (binary !== null) return binary
  throw new AuthbenchError('REDIS_MISSING', 'there is no redis-server to be paused and killed', {
    next: 'Install the package redis-server, redis or valkey; a Redis that others use will not do.',
  })
}
