import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterEach, describe, expect, it } from 'vitest'
import { cpuUs } from '../../../src/metrics/cpu.ts'
import { advance, type CpuSnapshot, type CpuState, cpuCounter } from './cpu-counter.ts'

const TICK_US = 10_000

/** Threads of one process by name, in milliseconds; the kernel's whole in ticks. */
function snapshot(threadsMs: Readonly<Record<string, number>>, wholeMs: number): CpuSnapshot {
  const wholeUs = Math.floor((wholeMs * 1000) / TICK_US) * TICK_US
  const threads = Object.entries(threadsMs).map(
    ([name, ms]) => [name, { onCpuUs: ms * 1000, waitingUs: ms, isMain: name === 'main' }] as const,
  )
  return { threads: new Map(threads), wholeUs, counters: 2 }
}

/** Readings one after the other, as differences to the first, in milliseconds. */
function readings(...snapshots: readonly CpuSnapshot[]) {
  let state: CpuState | null = null
  const cpus = snapshots.map((each) => {
    const next = advance(state, each)
    state = next.state
    return next.cpu
  })
  const [first] = cpus
  if (first === undefined) throw new Error('no reading')
  return cpus.slice(1).map((cpu) => ({
    main: (cpu.mainUs - first.mainUs) / 1000,
    other: (cpu.otherUs - first.otherUs) / 1000,
    contradiction: (cpu.contradictionUs ?? 0) / 1000,
    lag: (cpu.lagUs ?? 0) / 1000,
  }))
}

describe('the counter of CPU time', () => {
  it('is exact while all threads live, whatever the rounding of the whole', () => {
    expect(
      readings(
        snapshot({ main: 100.3, pool: 5.2 }, 105.5),
        snapshot({ main: 109.9, pool: 5.3 }, 115.2),
        snapshot({ main: 120.1, pool: 9.9 }, 130),
      ),
    ).toMatchObject([
      { main: expect.closeTo(9.6, 6), other: expect.closeTo(0.1, 6), contradiction: 0, lag: 0 },
      { main: expect.closeTo(19.8, 6), other: expect.closeTo(4.7, 6), contradiction: 0, lag: 0 },
    ])
  })

  it('keeps a thread that ended as it was last seen', () => {
    const [after] = readings(snapshot({ main: 10, starter: 400 }, 410), snapshot({ main: 50 }, 450))
    expect(after).toMatchObject({ main: 40, other: 0, contradiction: 0 })
  })

  it('takes over what ended unseen once it is more than rounding', () => {
    const all = readings(
      snapshot({ main: 10 }, 10),
      snapshot({ main: 11 }, 29),
      snapshot({ main: 12 }, 112),
      snapshot({ main: 13 }, 1013),
    )
    expect(all.map(({ other }) => other)).toEqual([0, expect.closeTo(98, 6), expect.closeTo(997, 6)])
    expect(all.at(-1)?.lag).toBeGreaterThan(0)
  })

  it('never goes down, also where a number is given to a new thread', () => {
    const [after] = readings(snapshot({ main: 10, worker: 300 }, 310), snapshot({ main: 20, worker: 1 }, 321))
    expect(after).toMatchObject({ main: 10, other: 1, contradiction: 0 })
  })

  it('tells a whole that is less than its parts, once', () => {
    const [lost, next] = readings(
      snapshot({ main: 10, gone: 500 }, 510),
      snapshot({ main: 20 }, 20),
      snapshot({ main: 30 }, 30),
    )
    expect(lost?.contradiction).toBeGreaterThan(400)
    expect(next).toMatchObject({ main: 20, contradiction: 0 })
  })
})

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
