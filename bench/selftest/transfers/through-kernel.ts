import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { messageOf } from '../../../src/results/errors.ts'
import { childEnvironment } from '../../machine/child-environment.ts'
import { bytesIn } from '../../worlds/link.ts'
import { Arrivals } from './arrivals.ts'

const SOURCE = new URL('./source-main.ts', import.meta.url)
const PREFIX = 'authbench-'
/** For measurements between networks, so nobody's own (RFC 2544, RFC 6890). */
const HERE = '198.18.79.1'
const THERE = '198.18.79.2'
const NETWORK = '/30'
const PORT = 5001
const START_LIMIT_MS = 20_000
const RETRY_MS = 50
/** The kernel counts whole frames: Ethernet, IP and TCP with timestamps around 1,448 bytes. */
const FRAME = { payload: 1448, bytes: 1514 } as const
/** A bucket smaller than what comes between two ticks of a slow kernel would hold the rate down (man 8 tc-tbf). */
const TICK_MS = 10
const QUEUE_MS = '400ms'

export const payloadShare = FRAME.payload / FRAME.bytes

const execute = promisify(execFile)

async function run(program: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await execute(program, args, { env: childEnvironment() })
  return stdout
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** Of runs that were killed before they could. */
async function removeLeftovers(): Promise<void> {
  const names = (await run('ip', 'netns', 'list')).match(/^\S+/gm) ?? []
  for (const name of names) {
    const pid = name.startsWith(PREFIX) ? Number(name.slice(PREFIX.length)) : Number.NaN
    if (!Number.isNaN(pid) && !isAlive(pid)) await run('ip', 'netns', 'delete', name)
  }
}

/** @returns why this machine cannot, or null */
async function openNamespace(
  name: string,
  bitsPerSecond: number,
  scope: AsyncDisposableStack,
): Promise<string | null> {
  const bucket = Math.ceil(Math.max(2 * FRAME.bytes, bytesIn(TICK_MS, bitsPerSecond)))
  // At most 15 characters.
  const outside = `ab${process.pid}`
  try {
    await removeLeftovers()
    await run('ip', 'netns', 'add', name)
    // With it goes the pair of devices, one of which lies in it.
    scope.defer(() => run('ip', 'netns', 'delete', name).then(() => undefined))
    await run('ip', 'link', 'add', outside, 'type', 'veth', 'peer', 'name', 'inside', 'netns', name)
    await run('ip', 'address', 'add', `${HERE}${NETWORK}`, 'dev', outside)
    await run('ip', 'link', 'set', outside, 'up')
    await run('ip', '-n', name, 'address', 'add', `${THERE}${NETWORK}`, 'dev', 'inside')
    await run('ip', '-n', name, 'link', 'set', 'inside', 'up')
    const shape = ['rate', `${bitsPerSecond}bit`, 'burst', `${bucket}b`, 'latency', QUEUE_MS]
    await run('tc', '-n', name, 'qdisc', 'add', 'dev', 'inside', 'root', 'tbf', ...shape)
    return null
  } catch (error) {
    return messageOf(error).trim().split('\n').join(' ')
  }
}

/** @throws what the last attempt met */
async function connected(host: string, port: number) {
  for (const deadline = Date.now() + START_LIMIT_MS; ; ) {
    const socket = connect({ host, port })
    try {
      await once(socket, 'connect')
      return socket
    } catch (error) {
      socket.destroy()
      if (Date.now() > deadline) throw error
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
    }
  }
}

/**
 * Bytes through a link of the kernel: a token bucket on a device in a network namespace. Everything that it takes is removed with the scope.
 * @returns bits per second of what arrives inside of TCP, or why this machine cannot
 */
export async function throughKernel(
  bytes: number,
  bitsPerSecond: number,
  signal: AbortSignal,
  scope: AsyncDisposableStack,
): Promise<number | string> {
  const name = `${PREFIX}${process.pid}`
  const reason = await openNamespace(name, bitsPerSecond, scope)
  if (reason !== null) return reason
  const command = [process.execPath, fileURLToPath(SOURCE), THERE, String(PORT), String(Math.ceil(bytes))]
  const source = spawn('ip', ['netns', 'exec', name, ...command], {
    signal,
    stdio: ['pipe', 'ignore', 'ignore'],
    env: childEnvironment(),
  })
  source.on('error', () => undefined)
  const gone = new Promise<void>((resolve) => source.once('close', () => resolve()))
  scope.defer(() => {
    source.kill('SIGKILL')
    return gone
  })
  const arrivals = new Arrivals()
  const socket = await connected(THERE, PORT)
  scope.defer(() => void socket.destroy())
  socket.on('data', (chunk) => arrivals.count(chunk.length, performance.now()))
  await once(socket, 'end')
  return arrivals.bitsPerSecond
}
