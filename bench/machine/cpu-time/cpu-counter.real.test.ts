import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterEach, describe, expect, it } from 'vitest'
import { cpuUs } from '../../../src/metrics/cpu.ts'
import { cpuCounter } from './cpu-counter.ts'

describe.runIf(process.platform === 'linux')('of a real process, the counter holds', () => {
  const cleanUps: (() => unknown)[] = []
  afterEach(() => {
    for (const cleanUp of cleanUps.splice(0)) cleanUp()
  })

  /** Works on every line that it is sent, and answers with its own account of its CPU time and its children's, in microseconds. */
  const PROGRAM = `
    const { Worker } = require('node:worker_threads')
    const { once } = require('node:events')
    const { spawnSync } = require('node:child_process')
    const sum = ({ user, system }) => user + system
    const burn = 'const start = process.threadCpuUsage(); const used = () => { const { user, system } = process.threadCpuUsage(start); return user + system }; while (used() < 20000);'
    const rest = burn + "const { parentPort } = require('node:worker_threads'); parentPort.on('message', () => process.exit()); parentPort.postMessage('rests')"
    let children = 0
    const resting = []
    const DO = {
      same: () => eval('{' + burn + '}'),
      thread: () => once(new Worker(burn, { eval: true }), 'exit'),
      child: () => {
        const { stdout } = spawnSync(process.execPath, ['-e', burn + 'process.on("exit", () => { const { user, system } = process.cpuUsage(); console.log(user + system) })'])
        children += Number(stdout)
      },
      start: async () => { const worker = new Worker(rest, { eval: true }); await once(worker, 'message'); resting.push(worker) },
      end: async () => { const worker = resting.pop(); worker.postMessage('end'); await once(worker, 'exit') },
    }
    process.on('message', async ([what, count]) => {
      for (let index = 0; index < count; index++) await DO[what]()
      process.send(sum(process.cpuUsage()) + children)
    })
    process.send('up')`

  async function startProgram() {
    const child = spawn(process.execPath, ['-e', PROGRAM], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
    cleanUps.push(() => child.kill('SIGKILL'))
    await once(child, 'message')
    return {
      counter: cpuCounter([child.pid ?? -1]),
      async does(what: string, count: number): Promise<number> {
        child.send([what, count])
        const [usedUs] = await once(child, 'message')
        return usedUs
      },
    }
  }

  it.each([
    ['work in its own thread', 'same'],
    ['work in a fresh thread each time', 'thread'],
    ['work in a fresh child each time', 'child'],
  ])('%s', async (_what, what) => {
    const { counter, does } = await startProgram()
    const accountBefore = await does('same', 1)
    const before = counter.read()
    const account = (await does(what, 10)) - accountBefore
    const after = counter.read()
    if (before === null || after === null) throw new Error('not shown')
    expect(account).toBeGreaterThanOrEqual(200_000)
    // Ticks; what the program used between its answer and its sleep; ends of children, which are in no account of their own.
    expect(Math.abs(cpuUs(after) - cpuUs(before) - account)).toBeLessThan(0.3 * account)
    expect(after.contradictionUs).toBeUndefined()
  })

  it('what threads used before, also when they end between two readings', async () => {
    const { counter, does } = await startProgram()
    await does('start', 10)
    const accountBefore = await does('same', 1)
    const before = counter.read()
    const account = (await does('end', 10)) - accountBefore
    const after = counter.read()
    if (before === null || after === null) throw new Error('not shown')
    const used = cpuUs(after) - cpuUs(before)
    expect(used).toBeGreaterThanOrEqual(0)
    expect(used).toBeLessThan(account + 100_000)
  })

  it('only what is still the same process', async () => {
    const child = spawn('sleep', ['60'])
    cleanUps.push(() => child.kill('SIGKILL'))
    const counter = cpuCounter([child.pid ?? -1])
    expect(counter.read()).not.toBeNull()
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(counter.read()).toBeNull()
  })
})
