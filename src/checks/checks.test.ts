import { describe, expect, it } from 'vitest'
import { requestsOf } from '../metrics/metric.ts'
import type { Slice } from '../results/cell.ts'
import {
  healthy,
  outcome,
  sentence,
  strategy,
  withLoad,
  withMachine,
  withProbe,
  withSlices,
} from '../testing/checked-cells.ts'
import { serverTimes } from '../testing/fake-cells.ts'
import { fakeStrategy } from '../testing/fake-subjects.ts'
import { commonDrift } from './drift.ts'
import { checkCell, stateOf } from './registry.ts'

describe('checks of a cell', () => {
  it('all pass for a sound measurement', () => {
    const checks = checkCell(healthy(), strategy.info)
    expect(checks.filter(({ outcome: seen }) => seen !== 'ok')).toEqual([])
    expect(stateOf(checks)).toBe('completed')
  })

  it.each([
    ['errors', withLoad({ errors: 1 })],
    ['timeouts', withLoad({ timeouts: 1 })],
    ['reconnects', withLoad({ reconnects: 1 })],
    ['own-credential', withProbe({ ownStatus: 401 })],
    ['no-credential', withProbe({ anonymousStatus: 200 })],
    ['requests', withSlices(() => ({ requests: 0 }))],
    ['statuses', withLoad({ responses: requestsOf(healthy()) + 1 })],
  ])('%s: once is enough to make a cell invalid', (id, cell) => {
    const checks = checkCell(cell, strategy.info)
    expect(checks.find((check) => check.id === id)?.outcome).toBe('invalid')
    expect(stateOf(checks)).toBe('invalid')
  })

  it('names the statuses that were not expected', () => {
    const { responses } = healthy().load
    const cell = withLoad({ responses: responses + 12, statuses: { 200: responses, 401: 12 } })
    expect(sentence('statuses', cell)).toContain('12 of 401')
  })

  it('lets the baseline answer without a credential, and only the baseline', () => {
    const open = withProbe({ anonymousStatus: 200 })
    const none = fakeStrategy({ id: 'none', state: 'none' }).info
    expect(checkCell(open, none).find(({ id }) => id === 'no-credential')?.outcome).toBe('ok')
    expect(outcome('no-credential', open)).toBe('invalid')
  })

  it.each([
    [0.005, 'ok'],
    [0.02, 'warn'],
    [0.04, 'invalid'],
  ])('steal of %d is %s', (share, expected) => {
    expect(outcome('steal', withMachine(share, 0))).toBe(expected)
  })

  it.each([
    [0, 0, 'ok'],
    [1, 0.004, 'warn'],
    [6, 0.05, 'invalid'],
    [20, 1.4, 'invalid'],
  ])('a quota that stops processes %d times, for %d of each window, is %s', (stops, share, expected) => {
    const cell = withSlices(({ seconds }) => ({ throttled: { stops, stoppedUs: share * seconds * 1e6 } }))
    expect(outcome('throttling', cell)).toBe(expected)
  })

  it('a process that was not where the report says makes a cell invalid, and is named', () => {
    const cell = withSlices((_, index) => (index === 1 ? { displaced: ['server', 'load generator'] } : {}))
    expect(outcome('placement', cell)).toBe('invalid')
    expect(sentence('placement', cell)).toContain('In 1 window the server and load generator')
    expect(outcome('placement', healthy())).toBeUndefined()
  })

  it('a quota is not spoken of where none is shown', () => {
    expect(outcome('throttling', healthy())).toBeUndefined()
  })

  it.each([
    [0.03, 'ok'],
    [0.1, 'warn'],
    [0.2, 'invalid'],
  ])('foreign CPU of %d is %s', (share, expected) => {
    expect(outcome('foreign-cpu', withMachine(0, share))).toBe(expected)
  })

  it('does not blame other processes for a Redis whose time is unknown', () => {
    expect(
      outcome(
        'foreign-cpu',
        withSlices(() => ({ redisUs: null })),
      ),
    ).toBe('unknown')
  })

  it.each([
    [1.01, 'ok'],
    [1.03, 'warn'],
    [0.94, 'invalid'],
    [0.001, 'invalid'],
  ])('latency off by a factor of %d from what Little allows is %s', (factor, expected) => {
    expect(
      outcome(
        'little',
        withSlices(({ meanLatencyUs }) => ({ meanLatencyUs: meanLatencyUs * factor })),
      ),
    ).toBe(expected)
  })

  it('does not count connections that wait for the slowest one at the end of a window', () => {
    const idle = (idleShare: number) =>
      withSlices(({ seconds, meanLatencyUs }) => ({
        meanLatencyUs: meanLatencyUs * 0.9,
        idleUs: idleShare * 16 * seconds * 1e6,
      }))
    expect(outcome('little', idle(0.1))).toBe('ok')
    expect(outcome('little', idle(0))).toBe('invalid')
  })

  it.each([
    [1, 'ok'],
    [1.03, 'warn'],
    [1.2, 'invalid'],
  ])('a main thread that used %d cores is %s', (cores, expected) => {
    const cell = withSlices(({ seconds }) => ({
      server: { mainUs: cores * seconds * 1e6, otherUs: 0, runQueueUs: 0 },
    }))
    expect(outcome('utilisation', cell)).toBe(expected)
  })

  it.each([
    [0.5, 'ok', '50 % of the time.'],
    [0.9, 'warn', 'close to client-limited'],
    [0.99, 'warn', 'throughput and latency are client-limited'],
  ])('a generator that is busy %d of the time is %s', (share, expected, words) => {
    const cell = withSlices(({ seconds, generator }) => ({
      generator: { ...generator, mainUs: share * seconds * 1e6 },
    }))
    expect(outcome('generator', cell)).toBe(expected)
    expect(sentence('generator', cell)).toContain(words)
    expect(stateOf(checkCell(cell, strategy.info))).toBe('completed')
  })

  it('finds another client in the Redis that is counted', () => {
    const quiet = fakeStrategy({ id: 'jwt', state: 'stateless' })
    const cell = { ...healthy(), store: { commands: { get: 1 }, bytesIn: 30, bytesOut: 5 } }
    const seen = (info: typeof quiet.info) =>
      checkCell(cell, info).find(({ id }) => id === 'foreign-commands')?.outcome
    expect(seen(quiet.info)).toBe('invalid')
    expect(seen(strategy.info)).toBe('ok')
  })

  it('tells nothing of a server whose time is not shown', () => {
    const hidden = withSlices(() => ({ server: null }))
    const ids = checkCell(hidden, { ...strategy.info, state: 'unknown' }).map(({ id }) => id)
    for (const id of ['utilisation', 'saturation', 'foreign-cpu']) expect(ids).not.toContain(id)
    expect(stateOf(checkCell(hidden, { ...strategy.info, state: 'unknown' }))).toBe('completed')
  })

  it.each([
    [15, 15 * 2 ** 20, 'ok'],
    [20, 20 * 2 ** 20, 'invalid'],
  ])('a server that grows by %d MiB in four short windows is %s', (_, bytes, expected) => {
    const cell = withSlices((slice, index) => ({
      ...slice,
      rssBytes: 2 ** 27 + (bytes / 3) * index,
      requests: 100,
    }))
    expect(outcome('memory', cell)).toBe(expected)
    const many = withSlices((slice, index) => ({
      ...slice,
      rssBytes: 2 ** 27 + (bytes / 3) * index,
      requests: 100_000,
    }))
    expect(outcome('memory', many)).toBe('ok')
    const ledIn = withSlices((slice, index) => ({
      ...slice,
      rssBytes: 2 ** 27 + (bytes / 3) * index,
      requests: 100,
      leadIn: 100_000,
    }))
    expect(outcome('memory', ledIn)).toBe('ok')
    const hidden = withSlices(() => ({ rssBytes: null }))
    expect(checkCell(hidden, strategy.info).map(({ id }) => id)).not.toContain('memory')
  })

  it('holds several processes of an endpoint of others to no law of one thread', () => {
    const prefork = withSlices(({ seconds }) => ({
      server: { mainUs: 1.9 * seconds * 1e6, otherUs: 0, runQueueUs: 0 },
    }))
    const ids = checkCell(prefork, { ...strategy.info, state: 'unknown' }).map(({ id }) => id)
    expect(ids).not.toContain('utilisation')
    expect(outcome('utilisation', prefork)).toBe('invalid')
  })

  it('labels throughput that is no capacity', () => {
    const idle = withSlices((slice) => serverTimes(0.6, slice))
    expect(outcome('saturation', idle)).toBe('warn')
    expect(sentence('saturation', idle)).toContain('not its capacity')
  })

  it.each([
    [1.02, 'ok'],
    [1.2, 'warn'],
    [1.4, 'invalid'],
    [0.6, 'invalid'],
  ])('a second half that costs %d times the first is %s', (factor, expected) => {
    const cell = withSlices((slice, index) => serverTimes(index < 2 ? 1 : factor, slice))
    expect(outcome('drift', cell)).toBe(expected)
  })

  it('take what all servers of a round share for the machine, and the rest for the cell', () => {
    const slowedDown = (factor: number) =>
      withSlices((slice, index) => serverTimes(index < 2 ? 1 : factor, slice))
    const round = [slowedDown(2), slowedDown(2), slowedDown(2.05), slowedDown(1)]
    const shared = commonDrift(round)
    expect(shared).toBeGreaterThan(1.8)
    const outcomes = round.map(
      (cell) => checkCell(cell, strategy.info, shared).find(({ id }) => id === 'drift')?.outcome,
    )
    expect(outcomes).toEqual(['ok', 'ok', 'ok', 'invalid'])
    expect(commonDrift(round.slice(0, 2))).toBe(1)
  })

  it('do not guess from windows that are too short', () => {
    const short = healthy({ slices: 2, sliceSeconds: 0.1 })
    expect(['steal', 'foreign-cpu', 'drift'].map((id) => outcome(id, short))).toEqual([
      'unknown',
      'unknown',
      'unknown',
    ])
    expect(
      outcome(
        'steal',
        withSlices(() => ({ machine: null })),
      ),
    ).toBe('unknown')
  })
})

describe('counters of CPU time', () => {
  const withCpu = (change: Partial<NonNullable<Slice['server']>>) =>
    withSlices(({ server }) => ({ server: server === null ? null : { ...server, ...change } }))

  it.each([
    ['whole', {}, 'ok'],
    ['short of a little', { lagUs: 1000 }, 'ok'],
    ['short of a tenth', { lagUs: 200_000 }, 'warn'],
    ['short of most', { lagUs: 5_000_000 }, 'invalid'],
    ['that contradict each other', { contradictionUs: 30_000 }, 'invalid'],
    ['that went down', { mainUs: -400_000, otherUs: 0 }, 'invalid'],
  ])('%s', (_what, change, expected) => {
    expect(outcome('cpu-counters', withCpu(change))).toBe(expected)
  })
})
