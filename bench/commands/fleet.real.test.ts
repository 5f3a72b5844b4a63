import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { resultsSchema } from '../../src/results/results.ts'
import { freePlace } from '../fleet/control-redis.ts'
import { readJoinFile } from '../fleet/secrets/join-file.ts'
import { startMain } from '../testing/child-processes.ts'
import { realFleet } from '../testing/real-fleet.ts'

describe('a fleet', { timeout: 180_000 }, () => {
  realFleet(
    'loads from all agents at once, and leaves no key, process or secret behind',
    async ({ fleet }) => {
      const meeting = await fleet.up()
      const { password } = readJoinFile(fleet.joinFile)
      const agents = await Promise.all([fleet.agent('one'), fleet.agent('two')])
      const { code, stderr, stdout } = await fleet.run().ended
      expect([0, 3]).toContain(code)
      const slices = fleet.cells().flatMap((cell) => (cell.state === 'failed' ? [] : cell.load.slices))
      expect(slices.length).toBeGreaterThan(0)
      for (const { agents: windows = [], requests } of slices) {
        expect(windows.map((window) => [window.agent, window.connections])).toEqual([
          ['one', 8],
          ['two', 8],
        ])
        expect(windows.reduce((sum, { responses }) => sum + responses, 0)).toBe(requests)
      }
      const results = readFileSync(join(fleet.folder, 'out', 'latest', 'results.json'), 'utf8')
      expect(resultsSchema.parse(JSON.parse(results)).environment.agents?.map(({ name }) => name)).toEqual([
        'one',
        'two',
      ])
      expect(results + stderr + stdout).not.toContain(password)
      expect(await fleet.keysLeft()).toEqual([])
      for (const each of agents) expect(await fleet.stopped(each)).toBe(0)
      expect(await fleet.stopped(meeting)).toBe(0)
      expect(readdirSync(fleet.folder)).toEqual(['out'])
    },
  )

  realFleet(
    'starts with secrets that were made in advance, and leaves these as they are',
    async ({ fleet }) => {
      const keyFile = join(fleet.folder, 'fleet.key')
      const files = ['--join-file', fleet.joinFile, '--key-file', keyFile]
      const { port } = await freePlace('127.0.0.1', 0)
      expect(
        await fleet.start('fleet', 'new', '--as', 'localhost', '--port', String(port), ...files).ended,
      ).toMatchObject({
        code: 0,
      })
      const made = [fleet.joinFile, keyFile].map((file) => readFileSync(file, 'utf8'))
      const meeting = fleet.start('fleet', 'up', '--listen', '0.0.0.0', ...files)
      await meeting.says(`The fleet meets at localhost:${port}`)
      const one = await fleet.agent('one')
      expect(await fleet.stopped(one)).toBe(0)
      expect(await fleet.stopped(meeting)).toBe(0)
      expect([fleet.joinFile, keyFile].map((file) => readFileSync(file, 'utf8'))).toEqual(made)
    },
  )

  realFleet('tells what it lacks, and what it has twice', async ({ fleet }) => {
    await fleet.up()
    await fleet.agent('one')
    const [twice, alone] = [fleet.start('agent', '--join-file', fleet.joinFile, '--name', 'one'), fleet.run()]
    expect(await twice.ended).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('AGENT_JOINED_TWICE'),
    })
    const { code, stderr } = await alone.ended
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining('FLEET_TOO_SMALL') })
    expect(stderr).toContain('1 of 2 agents are there: one')
    expect(await fleet.keysLeft()).toEqual([])
  })

  realFleet.for(['SIGKILL', 'SIGSTOP'] as const)(
    'ends with what was measured when an agent gets %s, and says which',
    async (signal, { fleet }) => {
      await fleet.up()
      const [, two] = await Promise.all([fleet.agent('one'), fleet.agent('two')])
      const running = fleet.run('--rounds', '50')
      await running.says('round  1/50')
      two.child.kill(signal)
      const { code, stderr } = await running.ended
      expect(code).toBe(3)
      expect(stderr).toMatch(/two .*AGENT_LOST/s)
      expect(fleet.cells().length).toBeGreaterThan(0)
      expect(await fleet.keysLeft()).toEqual([])
    },
  )

  realFleet(
    'ends with what was measured when the place where it meets is gone, and so do its agents',
    async ({ fleet }) => {
      const meeting = await fleet.up()
      const agents = await Promise.all([fleet.agent('one'), fleet.agent('two')])
      const running = fleet.run('--rounds', '50')
      await running.says('round  1/50')
      await fleet.stopped(meeting)
      expect(await running.ended).toMatchObject({ code: 3, stderr: expect.stringContaining('FLEET_LOST') })
      expect(fleet.cells().length).toBeGreaterThan(0)
      for (const each of agents)
        expect(await each.ended).toMatchObject({ code: 3, stderr: expect.stringContaining('FLEET_LOST') })
    },
  )

  realFleet('is had by one run at a time', async ({ fleet }) => {
    await fleet.whole()
    const first = fleet.run('--rounds', '50')
    await first.says('round  1/50')
    const other = mkdtempSync(join(tmpdir(), 'authbench second '))
    const words = 'run --profile smoke --scenarios verify --strategies none --agents 1'.split(' ')
    const second = startMain(other, [...words, '--join-file', fleet.joinFile, '--out', other])
    const end = await second.ended
    rmSync(other, { recursive: true })
    expect(end).toMatchObject({ code: 2, stderr: expect.stringContaining('FLEET_BUSY') })
    expect(await fleet.stopped(first)).toBe(130)
    expect(await fleet.keysLeft()).toEqual([])
  })

  realFleet('of an earlier start is told from one that does not answer', async ({ fleet }) => {
    const before = await fleet.up()
    const old = readFileSync(fleet.joinFile, 'utf8')
    await fleet.stopped(before)
    await fleet.up()
    const now = JSON.parse(readFileSync(fleet.joinFile, 'utf8'))
    const late = join(fleet.folder, 'old.json')
    writeFileSync(late, JSON.stringify({ ...JSON.parse(old), port: now.port }))
    chmodSync(late, 0o600)
    expect(await fleet.start('agent', '--join-file', late).ended).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('certificate is of another fleet'),
    })
    writeFileSync(late, old)
    expect(await fleet.start('agent', '--join-file', late).ended).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('FLEET_UNREACHABLE'),
    })
  })
})
