import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { startRedis } from '../../servers/conformance/harness/test-redis.ts'
import { type Micro, microSchema } from '../../src/results/micro.ts'
import { fakeResults } from '../../src/testing/fake-results.ts'
import type { Terminal } from '../cli/terminal.ts'
import { detectPinning } from '../machine/pinning.ts'
import { describeEnvironment } from '../store/environment.ts'
import { readResults } from '../store/results-folder.ts'
import { type MicroFlags, micro } from './micro.ts'

// RSA keys take their time; one set does for all tests.
vi.mock(import('../../servers/tokens/keys.ts'), async (original) => {
  const actual = await original()
  let keys: ReturnType<typeof actual.generateKeys> | undefined
  return { ...actual, generateKeys: () => (keys ??= actual.generateKeys()) }
})
// What has them must not be there for the next file in this process.
afterAll(() => void vi.resetModules())

/** Says nothing of speed, and is over at once. */
const DURATIONS = { warmUpMs: 10, measureMs: 10 }

describe('authbench micro', () => {
  let folder: string
  let out: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'authbench micro '))
    out = join(folder, 'out')
    // A lock and temporary folders of its own: what a test leaves behind shows.
    mkdirSync(join(folder, 'tmp'))
    vi.stubEnv('TMPDIR', join(folder, 'tmp'))
    vi.stubEnv('REDIS_URL', '')
  })
  afterEach(() => {
    vi.unstubAllEnvs()
    rmSync(folder, { recursive: true })
  })

  /** @param onTask before the process of a task starts; may interrupt */
  async function run(
    flags: MicroFlags,
    onTask: (task: string, interrupt: () => void) => void = () => undefined,
  ) {
    const controller = new AbortController()
    let [stdout, stderr] = ['', '']
    const terminal: Terminal = {
      stdout: { write: (text) => (stdout += text) },
      stderr: {
        isTTY: true,
        write(text) {
          const task = / round \d+ of \d+, task \d+ of \d+: (.*)$/.exec(text)?.[1]
          if (task === undefined) stderr += text
          else onTask(task, () => controller.abort())
        },
      },
      color: false,
      interruption: () => controller.signal,
      reportError() {},
    }
    const code = await micro({ seed: 1, ...flags }, terminal, DURATIONS)
    return { code, stdout, stderr }
  }
  const keptIn = (place: string): Micro =>
    microSchema.parse(JSON.parse(readFileSync(join(place, 'micro.json'), 'utf8')))
  const kept = (): Micro => keptIn(join(out, readdirSync(out)[0] ?? ''))
  const leftBehind = () => readdirSync(join(folder, 'tmp'))
  const storedRun = (changes: object = {}): string => {
    const place = join(folder, 'run')
    mkdirSync(place)
    writeFileSync(join(place, 'results.json'), JSON.stringify({ ...fakeResults(), ...changes }))
    return place
  }

  it('measures, prints and keeps what is asked for', async () => {
    const { code, stdout, stderr } = await run({ tasks: ['hash'], rounds: 2, out })
    expect(stderr).toMatch(/Kept: .*micro\.json\n$/)
    expect(stdout).toMatch(/SHA-256 of a session id.*no interval/)
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100)
    expect(kept()).toMatchObject({
      run: { rounds: 2, seed: 1, partial: false },
      tasks: [{ id: 'hash sha256', metric: 'micro.hash', samples: [{ round: 0 }, { round: 1 }] }],
      failures: [],
    })
    expect(code).toBe(0)
    expect(leftBehind()).toEqual([])
  })

  it('adds a whole measurement to the run that it is to explain', async () => {
    const place = storedRun({ environment: describeEnvironment(detectPinning(null), null) })
    const tasks = ['verify jwt-hs256-fast', 'hash']
    const { code, stdout, stderr } = await run({ tasks, rounds: 1, with: place })
    expect(stderr).toContain('report.html')
    expect(stdout).toContain('Where the CPU of one request goes')
    expect(keptIn(place).tasks.map(({ id }) => id)).toEqual(['verify jwt-hs256-fast', 'hash sha256'])
    expect(readResults(place).micro).toEqual(keptIn(place))
    expect(readdirSync(join(place, 'charts'))).toContain('stack.svg')
    expect(code).toBe(0)
  })

  it.each<[string, MicroFlags, string, number]>([
    ['an unknown task', { tasks: ['hsah'] }, 'TASK_UNKNOWN', 2],
    ['no round', { rounds: 0 }, 'OPTIONS_INVALID', 2],
    ['a run that is not there', { with: '/nonexistent' }, 'RESULTS_MISSING', 2],
    ['a folder that cannot be made', { tasks: ['hash'], out: '/dev/null/out' }, 'OUT_NOT_WRITABLE', 2],
  ])('refuses %s before it measures', async (_, flags, code, exitCode) => {
    await expect(run({ out, ...flags })).rejects.toMatchObject({ code, exitCode })
    expect(leftBehind()).toEqual([])
  })

  it('does not explain a run of another machine', async () => {
    const place = storedRun()
    await expect(run({ with: place })).rejects.toMatchObject({
      code: 'MICRO_NOT_COMPARABLE',
      message: expect.stringContaining('another machine'),
    })
    expect(readdirSync(place)).toEqual(['results.json'])
  })

  it('keeps what it has when it is interrupted, and leaves nothing behind', async () => {
    let started = 0
    const { code, stdout } = await run({ tasks: ['hash', 'memory'], rounds: 9, out }, (_task, interrupt) => {
      started += 1
      // Its process has been told to begin.
      if (started === 2) setImmediate(interrupt)
    })
    expect(code).toBe(130)
    expect(started).toBe(2)
    expect(stdout).toContain('PARTIAL')
    expect(kept()).toMatchObject({
      run: { partial: true },
      tasks: [{ samples: [{ round: 0 }] }],
      failures: [],
    })
    expect(leftBehind()).toEqual([])
  })

  it('keeps no folder where nothing was measured', async () => {
    const { code } = await run({ tasks: ['hash'], out }, (_task, interrupt) => interrupt())
    expect(code).toBe(130)
    expect(readdirSync(out)).toEqual([])
  })

  it('keeps the rest when Redis is lost, and says what failed', async () => {
    const redis = await startRedis()
    try {
      const tasks = ['redis get', 'hash']
      const { code, stdout } = await run({ tasks, rounds: 2, redis: redis.url, out }, (task) => {
        if (task === 'redis get') void redis.kill()
      })
      expect(code).toBe(3)
      expect(stdout).toMatch(/Failed, and not tried again\n- redis get: /)
      expect(kept()).toMatchObject({
        tasks: [{ id: 'hash sha256', samples: [{ round: 0 }, { round: 1 }] }],
        failures: [
          { id: 'redis get', code: expect.stringMatching(/^(STORE_UNAVAILABLE|REDIS_UNREACHABLE)$/) },
        ],
      })
    } finally {
      await redis.stop()
    }
  })
})
