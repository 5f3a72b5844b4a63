import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { resultsSchema } from '../../src/results/results.ts'
import { connectControl } from '../fleet/control.ts'
import { freePlace } from '../fleet/control-redis.ts'
import { readJoinFile } from '../fleet/join-file.ts'
import { readCells } from '../store/results-folder.ts'
import { type Ended, ended } from '../testing/child-processes.ts'

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url))

interface Program {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
  /** Resolves when it has said it, on either output. */
  says(text: string): Promise<void>
}

let folder = ''
const started: Program[] = []
const joinFile = () => join(folder, 'fleet.json')

function start(...args: string[]): Program {
  return startIn(folder, ...args)
}

/** @param temporary where it has its lock, as another machine has its own */
function startIn(temporary: string, ...args: string[]): Program {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { ...process.env, TMPDIR: temporary, REDIS_URL: '', NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  const waiting: { readonly text: string; readonly resolve: () => void }[] = []
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      said += text
      for (const { text: wanted, resolve } of waiting) if (said.includes(wanted)) resolve()
    })
  }
  const program = {
    child,
    ended: ended(child),
    says: (text: string) =>
      new Promise<void>((resolve) => {
        if (said.includes(text)) resolve()
        else waiting.push({ text, resolve })
      }),
  }
  started.push(program)
  return program
}

const up = async () => {
  const fleet = start('fleet', 'up', '--join-file', joinFile())
  await fleet.says('Ctrl-C ends it.')
  return fleet
}
const agent = async (name: string) => {
  const program = start('agent', '--join-file', joinFile(), '--name', name)
  await program.says('waits for a run')
  return program
}
const host = async () => {
  const elsewhere = join(folder, 'host')
  mkdirSync(elsewhere)
  const program = startIn(
    elsewhere,
    ...['host', '--join-file', joinFile(), '--name', 'big', '--listen', '127.0.0.2'],
  )
  await program.says('waits for a run')
  return { ...program, elsewhere }
}
const run = (...args: string[]) =>
  start(
    ...['run', '--profile', 'smoke', '--scenarios', 'verify', '--agents', '2', '--join-file', joinFile()],
    ...['--strategies', 'jwt-hs256-fast', '--out', join(folder, 'out'), ...args],
  )
const stopped = async ({ child, ended: end }: Program) => {
  child.kill('SIGINT')
  return (await end).code
}
const cells = () => readCells(join(folder, 'out', 'latest'))

async function keysLeft(): Promise<readonly string[]> {
  const redis = await connectControl(readJoinFile(joinFile()))
  try {
    const [, keys] = await redis.scan('0', 'COUNT', 10_000)
    return keys.filter((key) => !/:fleet$|:agent:|:host:/.test(key))
  } finally {
    redis.disconnect()
  }
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'authbench fleet '))
})
afterEach(async () => {
  for (const { child, ended: end } of started.splice(0)) {
    child.kill('SIGCONT')
    child.kill('SIGTERM')
    await end
  }
  rmSync(folder, { recursive: true })
})

describe('a fleet', { timeout: 180_000 }, () => {
  it('loads from all agents at once, and leaves no key, process or secret behind', async () => {
    const fleet = await up()
    const { password } = readJoinFile(joinFile())
    const agents = [await agent('one'), await agent('two')]
    const { code, stderr, stdout } = await run().ended
    expect([0, 3]).toContain(code)
    const slices = cells().flatMap((cell) => (cell.state === 'failed' ? [] : cell.load.slices))
    expect(slices.length).toBeGreaterThan(0)
    for (const { agents: windows = [], requests } of slices) {
      expect(windows.map((window) => [window.agent, window.connections])).toEqual([
        ['one', 8],
        ['two', 8],
      ])
      expect(windows.reduce((sum, { responses }) => sum + responses, 0)).toBe(requests)
    }
    const results = readFileSync(join(folder, 'out', 'latest', 'results.json'), 'utf8')
    expect(resultsSchema.parse(JSON.parse(results)).environment.agents?.map(({ name }) => name)).toEqual([
      'one',
      'two',
    ])
    expect(results + stderr + stdout).not.toContain(password)
    expect(await keysLeft()).toEqual([])
    for (const each of agents) expect(await stopped(each)).toBe(0)
    expect(await stopped(fleet)).toBe(0)
    expect(readdirSync(folder)).toEqual(['out'])
  })

  it('starts with secrets that were made in advance, and leaves these as they are', async () => {
    const keyFile = join(folder, 'fleet.key')
    const files = ['--join-file', joinFile(), '--key-file', keyFile]
    const { port } = await freePlace('127.0.0.1', 0)
    expect(
      await start('fleet', 'new', '--as', 'localhost', '--port', String(port), ...files).ended,
    ).toMatchObject({
      code: 0,
    })
    const made = [joinFile(), keyFile].map((file) => readFileSync(file, 'utf8'))
    const fleet = start('fleet', 'up', '--listen', '0.0.0.0', ...files)
    await fleet.says(`The fleet meets at localhost:${port}`)
    const one = await agent('one')
    expect(await stopped(one)).toBe(0)
    expect(await stopped(fleet)).toBe(0)
    expect([joinFile(), keyFile].map((file) => readFileSync(file, 'utf8'))).toEqual(made)
  })

  it('tells what it lacks, and what it has twice', async () => {
    await up()
    await agent('one')
    const [twice, alone] = [start('agent', '--join-file', joinFile(), '--name', 'one'), run()]
    expect(await twice.ended).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('AGENT_JOINED_TWICE'),
    })
    const { code, stderr } = await alone.ended
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining('FLEET_TOO_SMALL') })
    expect(stderr).toContain('1 of 2 agents are there: one')
    expect(await keysLeft()).toEqual([])
  })

  it.each(['SIGKILL', 'SIGSTOP'] as const)(
    'ends with what was measured when an agent gets %s, and says which',
    async (signal) => {
      await up()
      await agent('one')
      const two = await agent('two')
      const running = run('--rounds', '50')
      await running.says('round  1/50')
      two.child.kill(signal)
      const { code, stderr } = await running.ended
      expect(code).toBe(3)
      expect(stderr).toMatch(/two .*AGENT_LOST/s)
      expect(cells().length).toBeGreaterThan(0)
      expect(await keysLeft()).toEqual([])
    },
  )

  it('ends with what was measured when the place where it meets is gone, and so do its agents', async () => {
    const fleet = await up()
    const agents = [await agent('one'), await agent('two')]
    const running = run('--rounds', '50')
    await running.says('round  1/50')
    await stopped(fleet)
    expect(await running.ended).toMatchObject({ code: 3, stderr: expect.stringContaining('FLEET_LOST') })
    expect(cells().length).toBeGreaterThan(0)
    for (const each of agents)
      expect(await each.ended).toMatchObject({ code: 3, stderr: expect.stringContaining('FLEET_LOST') })
  })

  it('is had by one run at a time', async () => {
    await up()
    await agent('one')
    await agent('two')
    const first = run('--rounds', '50')
    await first.says('round  1/50')
    const other = mkdtempSync(join(tmpdir(), 'authbench second '))
    const second = spawn(
      process.execPath,
      [
        MAIN,
        'run',
        '--profile',
        'smoke',
        '--scenarios',
        'verify',
        '--strategies',
        'none',
        '--agents',
        '1',
        '--join-file',
        joinFile(),
        '--out',
        other,
      ],
      { env: { ...process.env, TMPDIR: other, REDIS_URL: '' } },
    )
    const end = await ended(second)
    rmSync(other, { recursive: true })
    expect(end).toMatchObject({ code: 2, stderr: expect.stringContaining('FLEET_BUSY') })
    expect(await stopped(first)).toBe(130)
    expect(await keysLeft()).toEqual([])
  })

  it('has the servers and their Redis on a host, which stops them with the run', async () => {
    await up()
    await agent('one')
    await agent('two')
    const { elsewhere, ...big } = await host()
    const { code, stderr } = await run('--host', 'big', '--strategies', 'session-redis').ended
    expect([0, 3], stderr).toContain(code)
    const strategies = new Map(cells().map((cell) => [cell.strategy, cell]))
    for (const [strategy, lookups] of [
      ['none', 0],
      ['session-redis', 1],
    ] as const) {
      const cell = strategies.get(strategy)
      if (cell === undefined || cell.state === 'failed') throw new Error(`${strategy} was not measured`)
      const requests = cell.load.slices.reduce((sum, slice) => sum + slice.requests, 0)
      expect(cell.load.slices.every(({ server }) => server !== null && server.mainUs > 0)).toBe(true)
      expect(cell.store?.commands.get ?? 0).toBe(lookups * requests)
    }
    await big.says('The servers of the run are stopped.')
    expect(readdirSync(elsewhere)).toEqual(['authbench.lock'])
    expect(await keysLeft()).toEqual([])
    expect(await stopped(big)).toBe(0)
  })

  it('stops on a host what a killed run left', async () => {
    await up()
    await agent('one')
    await agent('two')
    const { elsewhere, ...big } = await host()
    const killed = run('--host', 'big', '--rounds', '50')
    await killed.says('round  1/50')
    killed.child.kill('SIGKILL')
    await killed.ended
    await big.says('The servers of the run are stopped.')
    expect(readdirSync(elsewhere)).toEqual(['authbench.lock'])
  })

  it('ends with what was measured when the host is gone', async () => {
    await up()
    await agent('one')
    await agent('two')
    const big = await host()
    const running = run('--host', 'big', '--rounds', '50')
    await running.says('round  1/50')
    big.child.kill('SIGKILL')
    expect(await running.ended).toMatchObject({ code: 3, stderr: expect.stringMatching(/HOST_LOST/) })
    expect(cells().length).toBeGreaterThan(0)
    expect(await keysLeft()).toEqual([])
  })

  it('of an earlier start is told from one that does not answer', async () => {
    const before = await up()
    const old = readFileSync(joinFile(), 'utf8')
    await stopped(before)
    await up()
    const now = JSON.parse(readFileSync(joinFile(), 'utf8'))
    const late = join(folder, 'old.json')
    writeFileSync(late, JSON.stringify({ ...JSON.parse(old), port: now.port }))
    chmodSync(late, 0o600)
    expect(await start('agent', '--join-file', late).ended).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('certificate is of another fleet'),
    })
    writeFileSync(late, old)
    expect(await start('agent', '--join-file', late).ended).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('FLEET_UNREACHABLE'),
    })
  })
})
