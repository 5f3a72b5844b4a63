import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it, vi } from 'vitest'
import { isAlive } from '../testing/child-processes.ts'
import { connectRedis } from './connection.ts'
import { startOwnRedis } from './server.ts'

const cleanUps: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
})

it('starts an empty server on the loopback and leaves nothing when it is stopped', async () => {
  const own = await startOwnRedis({ core: null })
  cleanUps.push(own.stop)
  expect(own.url).toMatch(/^redis:\/\/127\.0\.0\.1:\d+$/)
  expect(own.version).toMatch(/^\d+\.\d+/)
  expect(existsSync(own.tempFolder)).toBe(true)
  await Promise.all([own.stop(), own.stop()])
  expect(isAlive(own.pid)).toBe(false)
  expect(existsSync(own.tempFolder)).toBe(false)
  await expect(connectRedis(own.url)).rejects.toMatchObject({ code: 'REDIS_REFUSED' })
})

it.runIf(process.platform === 'linux')('is pinned to the given core', async () => {
  const own = await startOwnRedis({ core: 0 })
  cleanUps.push(own.stop)
  expect(await readFile(`/proc/${own.pid}/status`, 'utf8')).toMatch(/^Cpus_allowed_list:\s0$/m)
})

it('is gone when its parent was killed, and survives the Ctrl-C that was meant for the parent', async () => {
  const { parent, own } = await startInProcess()
  // To the whole group, as a terminal does it.
  process.kill(-Number(parent.pid), 'SIGINT')
  await once(parent.stdout, 'data')
  await (await connectRedis(own.url)).close()
  parent.kill('SIGKILL')
  await vi.waitFor(() => expect(existsSync(own.tempFolder)).toBe(false), { timeout: 10_000 })
  expect(isAlive(own.pid)).toBe(false)
})

it('is gone with its parent even when it was suspended', async () => {
  const { parent, own } = await startInProcess()
  process.kill(own.pid, 'SIGSTOP')
  parent.kill('SIGKILL')
  await vi.waitFor(() => expect(existsSync(own.tempFolder)).toBe(false), { timeout: 10_000 })
  expect(isAlive(own.pid)).toBe(false)
})

it.runIf(process.platform === 'linux')('is stopped when its shells were suspended with it', async () => {
  const own = await startOwnRedis({ core: null })
  cleanUps.push(own.stop)
  // Of the group, whose leader is the outer shell.
  const group = (await readFile(`/proc/${own.pid}/stat`, 'utf8')).split(') ')[1]?.split(' ')[2]
  process.kill(-Number(group), 'SIGSTOP')
  await own.stop()
  expect(isAlive(own.pid)).toBe(false)
  expect(existsSync(own.tempFolder)).toBe(false)
})

it('takes another port when somebody was faster, Redis or not', async () => {
  const other = await startOwnRedis({ core: null })
  cleanUps.push(other.stop)
  const taken = Number(new URL(other.url).port)
  const free = await startOwnRedis({ core: null })
  await free.stop()
  const ports = [taken, Number(new URL(free.url).port)]
  const own = await startOwnRedis({ core: null, choosePort: async () => ports.shift() ?? 0 })
  cleanUps.push(own.stop)
  expect(ports).toEqual([])
  expect(own.url).toBe(free.url)
  expect(own.pid).not.toBe(other.pid)
})

it('names three ways out when there is no Redis on the machine', async () => {
  const error = await startOwnRedis({ core: null, folders: ['/nonexistent'] }).catch((thrown) => thrown)
  expect(error).toMatchObject({ code: 'REDIS_MISSING', exitCode: 2 })
  expect(error.next).toMatch(/package.*container.*REDIS_URL/s)
})

it('shows the last lines of a server that ends at once', async () => {
  const folders = [await folderWithServer('echo "out of luck"; exit 1')]
  const error = await startOwnRedis({ core: null, folders }).catch((thrown) => thrown)
  expect(error).toMatchObject({ code: 'REDIS_NOT_READY', exitCode: 3 })
  expect(error.message).toContain('out of luck')
})

it('stops a server that does not get ready', async () => {
  const folders = [await folderWithServer('echo "pid $$"; exec sleep 60')]
  const error = await startOwnRedis({ core: null, folders, readyMs: 300 }).catch((thrown) => thrown)
  expect(error).toMatchObject({ code: 'REDIS_NOT_READY' })
  expect(isAlive(Number(/pid (\d+)/.exec(error.message)?.[1]))).toBe(false)
})

async function startInProcess() {
  const module = JSON.stringify(new URL('./server.ts', import.meta.url).href)
  const program = `
    import { startOwnRedis } from ${module}
    process.on('SIGINT', () => console.log('interrupted'))
    setInterval(() => {}, 60_000)
    console.log(JSON.stringify(await startOwnRedis({ core: null })))`
  const parent = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  cleanUps.push(() => parent.kill('SIGKILL'))
  const [line] = await once(parent.stdout, 'data')
  const own: { url: string; pid: number; tempFolder: string } = JSON.parse(String(line))
  cleanUps.push(() => isAlive(own.pid) && process.kill(own.pid, 'SIGKILL'))
  return { parent, own }
}

async function folderWithServer(script: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'authbench test-'))
  cleanUps.push(() => rm(folder, { recursive: true }))
  await writeFile(join(folder, 'redis-server'), `#!/bin/sh\n${script}\n`)
  await chmod(join(folder, 'redis-server'), 0o755)
  return folder
}
