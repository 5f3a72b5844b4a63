import { describe, expect, it } from 'vitest'
import type { CompletedCell } from '../results/cell.ts'
import { encodeHistogram, newHistogram, recordMilliseconds } from '../results/histogram.ts'
import { METRICS } from './registry.ts'

const processCpu = (mainUs: number, otherUs: number) => ({ mainUs, otherUs, runQueueUs: null })

function cell(change: Partial<Pick<CompletedCell, 'load' | 'store'>> = {}): CompletedCell {
  const histogram = newHistogram()
  for (let index = 1; index <= 1000; index++) recordMilliseconds(histogram, 0.25 + index * 0.0007)
  const slice = {
    seconds: 0.25,
    requests: 100,
    server: processCpu(5000, 1000),
    generator: processCpu(3900, 100),
    redisUs: 700,
    meanLatencyUs: 600,
    idleUs: 0,
    machine: null,
  }
  return {
    state: 'completed',
    strategy: 'session-redis',
    arm: 'main',
    scenario: 'verify',
    params: {},
    round: 0,
    position: 0,
    attempt: 0,
    warmup: { requests: 20_000, wanted: 20_000, converged: true },
    search: null,
    startedAt: '2026-11-24T09:00:00.000Z',
    load: {
      engine: 'fake',
      connections: 16,
      slices: [slice, { ...slice, seconds: 0.5, requests: 300, redisUs: 900 }],
      latencyHdr: encodeHistogram(histogram),
      pacing: null,
      cohorts: {},
      responses: 400,
      requestBytes: 400 * 149,
      statuses: { 200: 400 },
      errors: 0,
      timeouts: 0,
      reconnects: 0,
    },
    store: { commands: { get: 400, expire: 200 }, bytesIn: 38_000, bytesOut: 2_000 },
    probe: {
      requestHeadBytes: 149,
      responseHeadBytes: 168,
      responseBodyBytes: 90,
      credentialBytes: 43,
      ownStatus: 200,
      anonymousStatus: 401,
      revokedStatus: 401,
    },
    checks: [],
    ...change,
  }
}

const read = (id: string, from: CompletedCell) => METRICS.find((metric) => metric.id === id)?.read(from)

describe('metrics', () => {
  it('weigh slices by their requests and their time', () => {
    expect(read('throughput', cell())).toBeCloseTo(400 / 0.75, 9)
    expect(read('cpu.server', cell())).toBe(12_000 / 400)
    expect(read('cpu.redis', cell())).toBe(1600 / 400)
    expect(read('cpu.generator', cell())).toBe(8000 / 400)
  })

  it('weigh the heads of requests that have a body without it', () => {
    const sizes = { sum: 400 * 159, least: 159, most: 159 }
    const { load, probe } = cell()
    const posted = {
      ...cell({ load: { ...load, sizes: { request: sizes, responseHead: sizes } } }),
      probe: { ...probe, requestBodyBytes: 10 },
    }
    expect(read('bytes.request_head', posted)).toBe(149)
    expect(read('bytes.credential', posted)).toBe(43)
  })

  it('count an auth server where the run has one, for servers without it as nothing', () => {
    const withAuth = (authUs: number | null) =>
      cell({ load: { ...cell().load, slices: cell().load.slices.map((slice) => ({ ...slice, authUs })) } })
    expect(read('cpu.auth', withAuth(2000))).toBe(4000 / 400)
    expect(read('cpu.auth', withAuth(0))).toBe(0)
    expect(read('cpu.auth', withAuth(null))).toBeNull()
    // What older runs wrote.
    expect(read('cpu.auth', cell())).toBeNull()
  })

  it('tell the heap that a request takes, where every window does', () => {
    const withBytes = (...bytes: readonly (number | null)[]) => {
      const { load } = cell()
      const slices = load.slices.map((slice, index) => ({ ...slice, allocatedBytes: bytes[index] ?? null }))
      return cell({ load: { ...load, slices } })
    }
    expect(read('memory.allocated', withBytes(700_000, 2_300_000))).toBe(3_000_000 / 400)
    expect(read('memory.allocated', withBytes(700_000, null))).toBeNull()
    // What older runs wrote.
    expect(read('memory.allocated', cell())).toBeNull()
    const search = { ...withBytes(700_000, 2_300_000), search: { passed: 500, failed: 530 } }
    expect(read('memory.allocated', search)).toBeNull()
  })

  it('read percentiles in microseconds, not in whole milliseconds', () => {
    expect(read('latency.p50', cell())).toBe(600)
    expect(read('latency.p90', cell())).toBe(880)
    expect(read('latency.p99', cell())).toBe(943)
    expect(read('latency.p999', cell())).toBe(949)
  })

  it('count bytes and commands exactly', () => {
    expect(read('bytes.request_head', cell())).toBe(149)
    expect(read('bytes.response_head', cell())).toBe(168)
    expect(read('bytes.credential', cell())).toBe(43)
    expect(read('redis.commands', cell())).toBe(1.5)
    expect(read('redis.bytes', cell())).toBe(100)
  })

  it('weigh no request by a protected read where there are others', () => {
    const { load } = cell()
    const cohorts = { login: { responses: 400, requests: 400, latencyHdr: load.latencyHdr } }
    const logins = cell({ load: { ...load, cohorts } })
    expect(read('bytes.request_head', logins)).toBeNull()
    expect(read('bytes.response_head', logins)).toBeNull()
    expect(read('bytes.credential', logins)).toBe(43)
  })

  it('do not turn what is unknown into zero', () => {
    expect(read('redis.commands', cell({ store: null }))).toBeNull()
    const { load } = cell()
    const blind = { ...load, slices: load.slices.map((slice) => ({ ...slice, redisUs: null })) }
    expect(read('cpu.redis', cell({ load: blind }))).toBeNull()
  })

  it('have nothing to say about a cell without an expected answer', () => {
    const { load } = cell()
    const refused = {
      ...load,
      slices: load.slices.map((slice) => ({ ...slice, requests: 0 })),
      latencyHdr: encodeHistogram(newHistogram()),
    }
    expect(read('cpu.server', cell({ load: refused }))).toBeNull()
    const idle = { commands: {}, bytesIn: 0, bytesOut: 0 }
    expect(read('cpu.redis', cell({ load: refused, store: idle }))).toBeNull()
    expect(read('latency.p50', cell({ load: refused }))).toBeNull()
    expect(read('throughput', cell({ load: refused }))).toBe(0)
  })

  it('do not charge a strategy for the time that Redis uses when nobody asks it', () => {
    const idle = { commands: {}, bytesIn: 0, bytesOut: 0 }
    expect(read('cpu.redis', cell({ store: idle }))).toBe(0)
    const { load } = cell()
    const blind = { ...load, slices: load.slices.map((slice) => ({ ...slice, redisUs: null })) }
    expect(read('cpu.redis', cell({ store: idle, load: blind }))).toBe(0)
    expect(read('cpu.redis', cell({ store: null }))).toBeNull()
  })

  describe('of an open loop', () => {
    const { load } = cell()
    const hdr = (us: number) => {
      const histogram = newHistogram()
      histogram.recordValueWithCount(us, 100)
      return encodeHistogram(histogram)
    }
    const pacing = {
      schedule: 'poisson' as const,
      arrivals: 400,
      targetRate: 533,
      achievedRate: 530,
      queued: 2,
      longestQueue: 1,
      serviceHdr: hdr(420),
      lagHdr: hdr(37),
      inFlightUs: 168_000,
      serviceUs: 168_000,
    }
    const paced = cell({ load: { ...load, pacing } })

    it('tell from the intended send time, from the write and how late the client was', () => {
      expect(['latency.p50', 'service.p99', 'lag.p99', 'load.rate'].map((id) => read(id, paced))).toEqual([
        600, 420, 37, 533,
      ])
      expect(['throughput', 'cpu.generator'].map((id) => read(id, paced))).toEqual([null, null])
    })

    it('have no value in a closed loop, in a search, and without a request that found a free connection', () => {
      const search = { ...paced, search: { passed: 500, failed: 530 } }
      const queued = cell({
        load: { ...load, pacing: { ...pacing, lagHdr: encodeHistogram(newHistogram()) } },
      })
      expect([cell(), search, queued].map((from) => read('lag.p99', from))).toEqual([null, null, null])
      expect([search, paced, cell()].map((from) => read('slo.rate', from))).toEqual([500, null, null])
    })

    it('are compared where they say what the servers did, not what was asked of them', () => {
      expect(METRICS.filter(({ compared }) => compared === false).map(({ id }) => id)).toEqual([
        'load.rate',
        'lag.p99',
      ])
    })
  })

  it('have ids of their own, and percentiles ask for thirty requests of a round beyond them', () => {
    expect(new Set(METRICS.map(({ id }) => id)).size).toBe(METRICS.length)
    expect(
      METRICS.filter(({ minimumRequests }) => minimumRequests > 0).map((metric) => [
        metric.id,
        metric.minimumRequests,
      ]),
    ).toEqual([
      ['latency.p50', 60],
      ['latency.p90', 300],
      ['latency.p99', 3000],
      ['latency.p999', 30_000],
      ['service.p50', 60],
      ['service.p99', 3000],
      ['lag.p99', 3000],
    ])
  })
})
