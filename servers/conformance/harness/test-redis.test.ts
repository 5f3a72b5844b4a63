import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, expect, it, onTestFinished, vi } from 'vitest'
import { freePort } from '../../process/free-port.ts'
import { startRedis } from './test-redis.ts'

/** Where every Redis of these tests has its own: what one leaves behind shows. */
const folder = mkdtempSync(join(tmpdir(), 'authbench redis '))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
afterEach(() => {
  vi.unstubAllEnvs()
})

/** What it says to a PING; null: nobody is there. */
const ping = (url: string) => tell(url, 'PING')

async function tell(url: string, command: string): Promise<string | null> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  try {
    socket.write(`${command}\r\n`)
    const [answer] = await once(socket, 'data')
    return String(answer).trim()
  } catch {
    return null
  } finally {
    socket.destroy()
  }
}

it('dies, comes back on its port, and leaves nothing, even paused', async () => {
  vi.stubEnv('TMPDIR', folder)
  const redis = await startRedis()
  await redis.kill()
  expect(await ping(redis.url)).toBeNull()
  await redis.restart()
  expect(await ping(redis.url)).toBe('+PONG')
  redis.pause()
  await redis.stop()
  expect(await ping(redis.url)).toBeNull()
  expect(readdirSync(folder)).toEqual([])
})

it('takes another port when somebody was faster', async () => {
  const other = await startRedis()
  const ports = [Number(new URL(other.url).port), await freePort()]
  const redis = await startRedis(async () => ports.shift() ?? 0)
  try {
    expect(ports).toEqual([])
    await tell(redis.url, 'SET name value')
    expect(await tell(other.url, 'GET name')).toBe('$-1')
  } finally {
    await Promise.all([redis.stop(), other.stop()])
  }
})

it('comes back with what was in it, or empty', async () => {
  const redis = await startRedis()
  try {
    await tell(redis.url, 'SET name value')
    const snapshot = await redis.snapshot()
    await redis.kill()
    await redis.restart(snapshot)
    expect(await tell(redis.url, 'GET name')).toBe('$5\r\nvalue')
    await redis.kill()
    await redis.restart()
    expect(await tell(redis.url, 'GET name')).toBe('$-1')
  } finally {
    await redis.stop()
  }
})

it('does not come back after it was stopped, and not while it is', async () => {
  vi.stubEnv('TMPDIR', folder)
  const redis = await startRedis()
  await redis.kill()
  const underWay = redis.restart()
  await redis.stop()
  await underWay
  expect(await ping(redis.url)).toBeNull()
  await expect(redis.restart()).rejects.toThrow('was stopped')
  expect(readdirSync(folder)).toEqual([])
})

it('is gone when its parent was killed, even paused', async () => {
  const module = JSON.stringify(new URL('./test-redis.ts', import.meta.url).href)
  const program = `
    const redis = await (await import(${module})).startRedis()
    setInterval(() => {}, 60_000)
    console.log(redis.url)
    redis.pause()`
  const parent = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    env: { ...process.env, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void parent.kill('SIGKILL'))
  const [line] = await once(parent.stdout, 'data')
  const url = String(line).trim()
  expect(readdirSync(folder)).toHaveLength(1)
  parent.kill('SIGKILL')
  await vi.waitFor(() => expect(readdirSync(folder)).toEqual([]), { timeout: 10_000 })
  expect(await ping(url)).toBeNull()
})
