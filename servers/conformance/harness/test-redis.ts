import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { AuthbenchError } from '../../../src/results/errors.ts'
import { onFreePort } from '../../process/free-port.ts'
import { findRedis, launchRedis, type RedisProcess, SNAPSHOT_FILE } from '../../process/redis-process.ts'

const READY_MS = 15_000

/** A Redis of one's own, to be paused, killed and listened to. */
export interface TestRedis {
  readonly url: string
  /** Stops answering, keeps its connections: what a hung host looks like. */
  pause(): void
  resume(): void
  kill(): Promise<void>
  /** Everything that is in it. */
  snapshot(): Promise<Uint8Array>
  /** On the same port, with a snapshot or empty. Rejects once it was stopped. */
  restart(snapshot?: Uint8Array): Promise<void>
  /** Takes so much from the lifetime of every key under the prefix: what expires does so on Redis' own clock. */
  age(prefix: string, seconds: number): Promise<void>
  /** Somebody who may write to it puts this token in the place of every signed one. @returns how many there were */
  replaceTokens(token: string): Promise<number>
  /** Everything that Redis is told from now on. */
  listen(): Promise<Transcript>
  /** Also removes its folder. Waits for one that is being started: nobody else would end it. */
  stop(): Promise<void>
}

interface Transcript {
  /** One line for each command so far. */
  commands(): Promise<readonly string[]>
  close(): void
}

/**
 * @param choosePort by default any free one; asked anew where somebody was faster
 * @throws AuthbenchError `REDIS_MISSING` where there is none on the machine, Error when it does not start
 */
export async function startRedis(choosePort?: () => Promise<number>): Promise<TestRedis> {
  const binary = findRedis()
  if (binary === null) {
    throw new AuthbenchError('REDIS_MISSING', 'there is no redis-server to be paused and killed', {
      next: 'Install the package redis-server, redis or valkey; a Redis that others use will not do.',
    })
  }
  let isStopped = false
  const first = await onFreePort(async (port) => ({ port, server: await launch(binary, port) }), choosePort)
  const { port } = first
  let { server } = first
  let starting = Promise.resolve(server)

  return {
    url: `redis://127.0.0.1:${port}`,
    pause: () => server.signal('SIGSTOP'),
    resume: () => server.signal('SIGCONT'),
    kill: () => server.kill(),
    async snapshot() {
      await save(port)
      return readFile(join(server.folder, SNAPSHOT_FILE))
    },
    async restart(snapshot) {
      if (isStopped) throw new Error('this Redis was stopped, and is not started again')
      starting = launch(binary, port, snapshot)
      server = await starting
    },
    async age(prefix, seconds) {
      await evaluate(port, AGE, `${prefix}*`, String(Math.round(seconds * 1000)))
    },
    replaceTokens: (token) => evaluate(port, REPLACE_TOKENS, token),
    listen: () => listen(port),
    async stop() {
      isStopped = true
      await starting.catch(() => undefined)
      // Nothing in it is of any use, and a paused one would have to be resumed.
      await server.kill()
    },
  }
}

async function launch(binary: string, port: number, snapshot?: Uint8Array): Promise<RedisProcess> {
  const ready = Promise.withResolvers<'ready'>()
  let accepts = false
  const onLine = (line: string, pid: number | null) => {
    accepts ||= line.includes('Ready to accept connections')
    if (accepts && pid !== null) ready.resolve('ready')
  }
  const server = await launchRedis(binary, port, [], onLine, snapshot)
  // Keeps this process alive in the meantime.
  const late = Promise.withResolvers<'late'>()
  const timer = setTimeout(late.resolve, READY_MS, 'late')
  const outcome = await Promise.race([ready.promise, server.ended, late.promise])
  clearTimeout(timer)
  if (outcome === 'ready') return server
  await server.kill()
  throw new Error(`Redis did not get ready: ${server.log.join(' | ')}`)
}

const AGE = `
for _, key in ipairs(redis.call('KEYS', ARGV[1])) do
  local left = redis.call('PTTL', key)
  if left >= 0 then redis.call('PEXPIRE', key, math.max(left - ARGV[2], 0)) end
end
return 0`

/** A JSON object in base64url starts like this. */
const REPLACE_TOKENS = `
local replaced = 0
for _, key in ipairs(redis.call('KEYS', '*')) do
  if redis.call('TYPE', key).ok == 'string' and string.sub(redis.call('GET', key), 1, 3) == 'eyJ' then
    redis.call('SET', key, ARGV[1], 'KEEPTTL')
    replaced = replaced + 1
  end
end
return replaced`

async function save(port: number): Promise<void> {
  const connection = connect(port, '127.0.0.1')
  connection.write('SAVE\r\n')
  const [reply] = await once(connection, 'data')
  connection.destroy()
  if (!String(reply).startsWith('+OK')) throw new Error(`Redis did not save: ${reply}`)
}

/** @returns the number that the script returns */
async function evaluate(port: number, script: string, ...values: string[]): Promise<number> {
  const words = ['EVAL', script, '0', ...values]
  const connection = connect(port, '127.0.0.1')
  connection.write(
    `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`,
  )
  const [reply] = await once(connection, 'data')
  connection.destroy()
  const [, number] = /^:(\d+)\r\n$/.exec(String(reply)) ?? []
  if (number === undefined) throw new Error(`Redis did not run a script: ${reply}`)
  return Number(number)
}

async function listen(port: number): Promise<Transcript> {
  const monitor = connect(port, '127.0.0.1')
  let text = ''
  monitor.setEncoding('latin1').on('data', (chunk) => {
    text += chunk
  })
  monitor.write('MONITOR\r\n')
  while (!text.includes('+OK')) await once(monitor, 'data')
  let marks = 0

  return {
    async commands() {
      // Redis reports in order: once the mark is seen, everything before it has been.
      const mark = `end of transcript ${++marks}`
      const marker = connect(port, '127.0.0.1')
      marker.write(`ECHO "${mark}"\r\n`)
      while (!text.includes(mark)) await once(monitor, 'data')
      marker.destroy()
      return text.split('\r\n').filter((line) => line.includes('"') && !line.includes('end of transcript'))
    },
    close() {
      monitor.destroy()
    },
  }
}
