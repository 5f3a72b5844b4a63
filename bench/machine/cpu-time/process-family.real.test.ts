import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, expect, it, vi } from 'vitest'
import { cpuUs } from '../../../src/metrics/cpu.ts'
import { listenersOn } from '../listeners.ts'
import { cpuCounter } from './cpu-counter.ts'
import { familyOf, mastersAmong, readProcess } from './process-family.ts'

const folder = mkdtempSync(join(tmpdir(), 'authbench workers '))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const cleanUps: (() => unknown)[] = []
afterEach(() => {
  for (const cleanUp of cleanUps.splice(0)) cleanUp()
})

/** The master accepts and hands over; the worker answers after 100 ms of work, and ends after /end. A new one follows. */
const CLUSTER = `
import cluster from 'node:cluster'
import { createServer } from 'node:http'
const start = () => cluster.fork().once('listening', ({ port }) => process.send({ port }))
if (cluster.isPrimary) {
  start()
  cluster.on('exit', start)
} else {
  createServer((request, response) => {
    const start = process.cpuUsage()
    const usedUs = ({ user, system }) => user + system
    while (usedUs(process.cpuUsage(start)) < 100_000);
    response.end(String(process.pid), () => request.url === '/end' && process.exit())
  }).listen(Number(process.env.PORT ?? 0), '127.0.0.1')
}`

const file = join(folder, 'cluster.mjs')
writeFileSync(file, CLUSTER)

async function startCluster(policy: string): Promise<{ readonly port: number; readonly master: number }> {
  const child = fork(file, {
    execArgv: [],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    env: { ...process.env, NODE_CLUSTER_SCHED_POLICY: policy },
  })
  cleanUps.push(() => child.kill('SIGKILL'))
  const [{ port }] = await once(child, 'message')
  return { port, master: child.pid ?? -1 }
}

const shown = process.platform === 'linux'

it.runIf(shown).each([
  ['takes what the master accepts', 'rr', 1],
  ['accepts by itself', 'none', 2],
])('counts a worker that %s, also after it has ended', async (_what, policy, listeners) => {
  const { port, master } = await startCluster(policy)
  const listening = listenersOn({ host: '127.0.0.1', port })
  expect(listening).toHaveLength(listeners)
  const servers = mastersAmong(listening)
  expect(servers).toEqual([master])
  expect(familyOf(servers)).toHaveLength(2)
  const counter = cpuCounter(servers)
  const used = () => {
    const cpu = counter.read()
    return cpu === null ? Number.NaN : cpuUs(cpu)
  }
  const get = async (path: string) => Number(await (await fetch(`http://127.0.0.1:${port}${path}`)).text())
  const before = used()
  const worker = await get('/')
  expect(worker).not.toBe(master)
  await vi.waitFor(() => expect(used() - before).toBeGreaterThan(90_000), { timeout: 20_000 })

  expect(await get('/end')).toBe(worker)
  await vi.waitFor(() => expect(readProcess(worker)).toEqual([]), { timeout: 20_000 })
  expect(used() - before).toBeGreaterThan(170_000)
})

it.runIf(shown)('counts nobody of another session', async () => {
  const program = `
    const start = (detached) => require('child_process').spawn('sleep', ['60'], { detached, stdio: 'ignore' }).pid
    console.log(JSON.stringify([start(true), start(false)]))`
  const parent = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'ignore'] })
  cleanUps.push(() => parent.kill('SIGKILL'))
  const [line] = await once(parent.stdout, 'data')
  const children: number[] = JSON.parse(String(line))
  cleanUps.push(() => children.forEach((pid) => void process.kill(pid, 'SIGKILL')))
  expect(familyOf([parent.pid ?? -1])).toHaveLength(2)
})

it('tells nothing of a server that is gone, or is not shown', async () => {
  const child = spawn(process.execPath, ['-e', ''], { stdio: 'ignore' })
  await once(child, 'exit')
  expect(cpuCounter([process.pid, child.pid ?? -1]).read()).toBeNull()
  expect(cpuCounter([]).read()).toBeNull()
})
