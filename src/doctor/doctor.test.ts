import { describe, expect, it } from 'vitest'
import { plainPaint } from '../report/terminal/paint.ts'
import { widthOf } from '../report/terminal/width.ts'
import { soundFacts } from '../testing/fake-facts.ts'
import type { Facts } from './facts.ts'
import { diagnose } from './registry.ts'
import { doctorScreen } from './render.ts'
import { shortOf, warningsOf } from './warnings.ts'

const found = (change: Partial<Facts>) => diagnose({ ...soundFacts, ...change })
const sample = { steal: 0, foreign: 0.01, stops: 0, clockStepUs: 0.1, timerLateMs: 0.3 }
const cores = (allowed: readonly number[] | null, physical: number | null = allowed?.length ?? null) => ({
  processors: { allowed, isolated: [], counted: allowed?.length ?? 4, physical },
})

describe('doctor', () => {
  it('has nothing against a sound machine', () => {
    expect(found({}).filter(({ state, next }) => state !== 'ok' || next !== null)).toEqual([])
    expect(warningsOf(soundFacts)).toEqual([])
  })

  it.each<readonly [string, string, Partial<Facts>, string]>([
    ['processors', 'warn', cores([5]), '1 core (5): server and load generator take turns'],
    ['processors', 'unknown', cores(null), "by Node's count"],
    [
      'processors',
      'ok',
      cores(
        Array.from({ length: 64 }, (_, cpu) => cpu),
        32,
      ),
      '64 cores',
    ],
    [
      'processors',
      'warn',
      {
        processors: { allowed: [2, 3], isolated: [2, 3], counted: 2, physical: 2 },
        pinning: { possible: false, sentence: '' },
      },
      'isolated',
    ],
    ['smt', 'warn', cores([0, 1], 1), '2 processors on 1 physical core'],
    [
      'smt',
      'ok',
      cores(
        Array.from({ length: 64 }, (_, cpu) => cpu),
        32,
      ),
      '64 processors on 32 physical cores',
    ],
    ['smt', 'unknown', cores([0, 1], null), 'not shown'],
    ['quota', 'bad', { quota: { cores: 1, hidden: false } }, '1 core of 4 cores'],
    ['quota', 'warn', { quota: { cores: 2.5, hidden: false } }, '2.5 cores of 4 cores'],
    ['quota', 'ok', { quota: { cores: 4, hidden: false } }, '4 cores of 4 cores'],
    ['quota', 'bad', { ...cores([0]), quota: { cores: 0.5, hidden: false } }, '0.5 cores of 1 core'],
    ['quota', 'ok', { ...cores([0]), quota: { cores: 1, hidden: false } }, '1 core of 1 core'],
    ['quota', 'unknown', { quota: { cores: null, hidden: true } }, 'none that can be seen'],
    [
      'quota',
      'bad',
      { quota: { cores: 1, hidden: false }, sample: { ...sample, stops: 3 } },
      'stopped processes 3 times just now',
    ],
    ['load', 'bad', { sample: { ...sample, steal: 0.04 } }, 'hypervisor 4.0 %'],
    ['load', 'warn', { sample: { ...sample, foreign: 0.1 } }, 'other programs 10 %'],
    ['load', 'bad', { sample: { ...sample, foreign: 0.16 } }, 'would be invalid'],
    ['load', 'unknown', { sample: { ...sample, steal: null } }, 'not shown'],
    ['clock', 'warn', { clockSource: 'hpet' }, 'slow'],
    ['clock', 'unknown', { clockSource: null }, 'not shown'],
    ['clock', 'warn', { sample: { ...sample, clockStepUs: 100 } }, 'rounded'],
    ['clock', 'bad', { sample: { ...sample, clockStepUs: Number.POSITIVE_INFINITY } }, 'stands still'],
    ['timers', 'warn', { sample: { ...sample, timerLateMs: 12 } }, '12 ms late'],
    ['frequency', 'warn', { frequency: { governors: ['powersave'], turbo: true } }, 'turbo on'],
    ['frequency', 'unknown', { frequency: { governors: [], turbo: null } }, 'not shown'],
    ['cpu-times', 'warn', { schedstat: false }, 'not measured for a --target'],
    ['cpu-times', 'unknown', { schedstat: false, platform: 'darwin' }, 'not measured'],
    ['cpu-times', 'unknown', { hidepid: '2' }, 'hidepid=2'],
    ['namespace', 'unknown', { userNamespace: true }, 'not measured'],
    ['pinning', 'warn', { pinning: { possible: false, sentence: 'Not pinned.' } }, 'Not pinned.'],
    ['priority', 'warn', { priority: { mayYield: false, nice: 0, autogroup: null } }, 'cannot be changed'],
    ['priority', 'warn', { priority: { mayYield: true, nice: 10, autogroup: null } }, 'nice 10'],
    ['open-files', 'warn', { openFiles: 1024 }, '1,024'],
    ['open-files', 'bad', { openFiles: 64 }, '64'],
    ['open-files', 'ok', { openFiles: Number.POSITIVE_INFINITY }, 'no limit'],
    ['open-files', 'unknown', { openFiles: null }, 'not shown'],
    ['ports', 'warn', { ports: { range: 28_000, waiting: 27_500, backlog: 4096 } }, '27,500 in TIME_WAIT'],
    ['ports', 'bad', { ports: { range: 30, waiting: null, backlog: null } }, 'TIME_WAIT not shown'],
    ['ports', 'warn', { ports: { range: 28_000, waiting: 0, backlog: 16 } }, 'backlog 16'],
    ['ports', 'unknown', { ports: { range: null, waiting: null, backlog: null } }, 'not shown'],
    ['loopback', 'ok', { loopback: { v4: true, v6: false } }, 'no IPv6'],
    ['loopback', 'bad', { loopback: { v4: false, v6: true } }, '127.0.0.1 is missing'],
    ['memory', 'unknown', { memoryBytes: null }, 'not shown'],
    ['memory', 'warn', { memoryBytes: 2 ** 30 }, '1 GiB available'],
    ['memory', 'bad', { memoryBytes: 2 ** 27 }, '128 MiB available'],
    [
      'results',
      'bad',
      { results: { path: '/ro', writable: false, freeBytes: null } },
      '/ro cannot be written to',
    ],
    ['results', 'warn', { results: { path: 'r', writable: true, freeBytes: 2 ** 28 } }, '256 MiB free'],
    ['results', 'ok', { results: { path: 'r', writable: true, freeBytes: null } }, 'r'],
    [
      'temporary',
      'bad',
      { temporary: { path: '/tmp', writable: false, freeBytes: 1 } },
      '/tmp cannot be written to',
    ],
    [
      'redis',
      'bad',
      { redis: { kind: 'none', why: 'there is none', next: 'Install one.' } },
      'there is none',
    ],
    [
      'redis',
      'ok',
      { redis: { kind: 'given', version: 'Redis 7.2', place: 'redis://h:1' } },
      'which is yours',
    ],
    ['redis', 'ok', { hugePages: 'always' }, 'transparent huge pages'],
    [
      'environment',
      'ok',
      { variables: ['LD_PRELOAD', 'NODE_OPTIONS'] },
      'LD_PRELOAD and NODE_OPTIONS are not passed on',
    ],
    ['other-run', 'bad', { otherRun: 4711 }, 'process 4711'],
    ['other-run', 'bad', { otherRun: 'it is a pipe' }, 'cannot be used: it is a pipe'],
  ])('%s is %s', (id, state, change, words) => {
    const finding = found(change).find((each) => each.id === id)
    expect(finding).toMatchObject({ state, says: expect.stringContaining(words) })
    if (state === 'warn' || state === 'bad') expect(finding?.next).not.toBeNull()
  })

  it('says nothing of what was not looked at', () => {
    const ids = found({ sample: null, redis: null }).map(({ id }) => id)
    for (const id of ['load', 'timers', 'redis']) expect(ids).not.toContain(id)
  })

  it('warns in single lines, the worst first, and not of what the system does not tell', () => {
    const facts = { ...soundFacts, openFiles: 1024, otherRun: 7, clockSource: null }
    expect(warningsOf(facts)).toEqual([
      'Other runs: process 7 is measuring on this machine',
      'Open files: at most 1,024',
    ])
  })
})

describe('warnings before a run', () => {
  it('are a few lines, and say where the others are', () => {
    expect(shortOf(['a', 'b', 'c', 'd'])).toEqual(['a', 'b', 'c', 'd'])
    expect(shortOf(['a', 'b', 'c', 'd', 'e', 'f'])).toEqual([
      'a',
      'b',
      'c',
      '3 more warnings: npm run authbench -- doctor',
    ])
  })
})

describe('screen of the doctor', () => {
  const nothingFits: Facts = {
    ...soundFacts,
    processors: { allowed: [7], isolated: [], counted: 1, physical: 1 },
    quota: { cores: 0.5, hidden: false },
    frequency: { governors: ['powersave', 'ondemand'], turbo: true },
    clockSource: 'hpet',
    schedstat: false,
    hidepid: 'invisible',
    userNamespace: true,
    pinning: { possible: false, sentence: 'Not pinned: '.padEnd(300, 'for many a reason ') },
    priority: { mayYield: false, nice: 0, autogroup: null },
    openFiles: 10,
    ports: { range: 10, waiting: 9, backlog: 1 },
    loopback: { v4: false, v6: false },
    memoryBytes: 1,
    results: { path: `/${'long/'.repeat(60)}`, writable: false, freeBytes: null },
    temporary: { path: '/tmp\n\u001b[31m', writable: false, freeBytes: null },
    variables: ['LD_PRELOAD', 'NODE_DEBUG', 'NODE_OPTIONS', 'NODE_V8_COVERAGE'],
    otherRun: 7,
    redis: { kind: 'none', why: 'no Redis '.repeat(40), next: 'install '.repeat(40) },
    sample: { steal: 0.5, foreign: 0.5, stops: 9, clockStepUs: 1000, timerLateMs: 100 },
  }

  it.each([
    ['sound', soundFacts],
    ['where nothing fits', nothingFits],
    ['with one fault', { ...soundFacts, otherRun: 7 }],
  ])('is at most 100 columns wide and 40 rows long: %s', (_, facts) => {
    const lines = doctorScreen(diagnose(facts), plainPaint).trimEnd().split('\n')
    expect(lines.length).toBeLessThanOrEqual(40)
    expect(Math.max(...lines.map(widthOf))).toBeLessThanOrEqual(100)
    expect(lines.join('')).not.toContain('\u001b')
  })

  it('says what to change, the worst first, and how much it leaves out', () => {
    const screen = doctorScreen(diagnose({ ...soundFacts, openFiles: 1024, otherRun: 7 }), plainPaint)
    expect(screen).toContain('1 thing prevents a sound measurement, 1 warning')
    expect(screen.indexOf('- Other runs: Wait')).toBeGreaterThan(0)
    expect(screen.indexOf('- Open files: Raise')).toBeGreaterThan(screen.indexOf('- Other runs: Wait'))
    expect(doctorScreen(diagnose(nothingFits), plainPaint)).toMatch(/- and \d+ more: --json\n$/)
    expect(doctorScreen(diagnose(soundFacts), plainPaint)).not.toContain('What to change')
  })
})
