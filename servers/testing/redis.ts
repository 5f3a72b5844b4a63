import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { type AddressInfo, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** A Redis of one's own, to be paused, killed and listened to. */
export interface TestRedis {
  readonly url: string
  /** Stops answering, keeps its connections: what a hung host looks like. */
  pause(): void
  resume(): void
  kill(): Promise<void>
  /** On the same port, empty. */
  restart(): Promise<void>
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

/** @throws Error when `redis-server` is not on the path or does not start */
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
  const failed = once(server, 'exit').then(([code]) => {
    throw new Error(`redis-server ended with ${code} before it was ready`)
  })
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
