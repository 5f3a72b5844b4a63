import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { type AddressInfo, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { AuthbenchError } from '../../src/errors.ts'

/** A Redis of one's own, to be paused, killed and listened to. */
export interface TestRedis {
  readonly url: string
  /** Stops answering, keeps its connections: what a hung host looks like. */
  pause(): void
  resume(): void
  kill(): Promise<void>
  /** On the same port, empty. */
  restart(): Promise<void>
  /** Takes so much from the lifetime of every key under the prefix: what expires does so on Redis' own clock. */
  age(prefix: string, seconds: number): Promise<void>
  /** Everything that Redis is told from now on. */
  listen(): Promise<Transcript>
  /** Also removes its folder. */
  stop(): Promise<void>
}

interface Transcript {
  /** One line for each command so far. */
  commands(): Promise<readonly string[]>
  close(): void
}

/** @throws AuthbenchError `REDIS_MISSING` when `redis-server` is not on the path, Error when it does not start */
export async function startRedis(): Promise<TestRedis> {
  const directory = await mkdtemp(join(tmpdir(), 'authbench-redis-'))
  const port = await freePort()
  let server = await launch(directory, port)

  return {
    url: `redis://127.0.0.1:${port}`,
    pause: () => server.kill('SIGSTOP'),
    resume: () => server.kill('SIGCONT'),
    kill: () => end(server),
    async restart() {
      server = await launch(directory, port)
    },
    age: (prefix, seconds) => age(port, prefix, Math.round(seconds * 1000)),
    listen: () => listen(port),
    async stop() {
      await end(server)
      await rm(directory, { recursive: true, force: true })
    },
  }
}

async function launch(directory: string, port: number): Promise<ChildProcess> {
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', directory]
  const server = spawn('redis-server', options, { stdio: ['ignore', 'pipe', 'inherit'] })
  const failed = once(server, 'exit').then(
    ([code]) => {
      throw new Error(`redis-server ended with ${code} before it was ready`)
    },
    (cause) => {
      throw new AuthbenchError('REDIS_MISSING', 'there is no redis-server to be paused and killed', {
        next: 'Install the package redis-server or redis; a Redis that others use will not do.',
        cause,
      })
    },
  )
  await Promise.race([readyLine(server), failed])
  failed.catch(() => {})
  return server
}

async function readyLine(server: ChildProcess): Promise<void> {
  if (server.stdout === null) throw new Error('redis-server has no output to wait on')
  for await (const line of createInterface({ input: server.stdout })) {
    if (line.includes('Ready to accept connections')) break
  }
  server.stdout.resume()
}

async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return
  const gone = once(server, 'exit')
  // Not SIGTERM: a paused process would keep it until it is resumed.
  server.kill('SIGKILL')
  await gone
}

/** Redis itself cannot be asked for any free port. */
async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  await once(probe, 'close')
  return port
}

const AGE = `
for _, key in ipairs(redis.call('KEYS', ARGV[1])) do
  local left = redis.call('PTTL', key)
  if left >= 0 then redis.call('PEXPIRE', key, math.max(left - ARGV[2], 0)) end
end
return 'aged'`

async function age(port: number, prefix: string, milliseconds: number): Promise<void> {
  const words = ['EVAL', AGE, '0', `${prefix}*`, String(milliseconds)]
  const connection = connect(port, '127.0.0.1')
  connection.write(
    `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`,
  )
  const [answer] = await once(connection, 'data')
  connection.destroy()
  if (!String(answer).includes('aged')) throw new Error(`Redis did not age its keys: ${answer}`)
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
