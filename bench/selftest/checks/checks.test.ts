import { describe, expect, it } from 'vitest'
import { mergeHistograms, newHistogram, recordMilliseconds } from '../../../src/results/histogram.ts'
import type { EngineSlice } from '../../load/engine.ts'
import type { Check, Outcome } from '../check.ts'
import { type Defects, fakeContext, hdrOf, type Served } from '../testing/fake-context.ts'
import { closes } from './closed-connections.ts'
import { cpu } from './cpu.ts'
import { distance } from './distance.ts'
import { first } from './first-response.ts'
import { histograms } from './histograms.ts'
import { kernelLink } from './kernel-link.ts'
import { linkRate } from './link-rate.ts'
import { pacing } from './pacing.ts'
import { poisson } from './poisson-arrivals.ts'
import { bytes } from './request-bytes.ts'
import { counts } from './response-counts.ts'
import { service } from './service-times.ts'
import { quantileOfValues, responseTimes, stall } from './stall.ts'
import { statuses } from './statuses.ts'

const right = (served: readonly Served[]) => served.filter(({ status }) => status === 200)
const responseUs = ({ intendedUs, doneUs }: Served) => doneUs - intendedUs
const serviceUs = ({ sentUs, doneUs }: Served) => doneUs - sentUs

/** The engine tells every time through this. */
const timed =
  (change: (us: number) => number): NonNullable<Defects['distort']> =>
  (slice, served) => ({
    ...slice,
    latencyHdr: hdrOf(right(served).map((one) => change(responseUs(one)))),
    pacing: slice.pacing && {
      ...slice.pacing,
      serviceHdr: hdrOf(right(served).map((one) => change(serviceUs(one)))),
    },
  })

const slice =
  (change: (slice: EngineSlice) => Partial<EngineSlice>): NonNullable<Defects['distort']> =>
  (honest) => ({ ...honest, ...change(honest) })

const paced = (change: Partial<NonNullable<EngineSlice['pacing']>>): Defects => ({
  distort: slice(({ pacing: honest }) => ({ pacing: honest && { ...honest, ...change } })),
})

const failed = (outcomes: readonly Outcome[]) =>
  outcomes.filter(({ passed }) => !passed).map(({ what }) => what)
const run = async (check: Check, defects: Defects = {}) => failed(await check.run(fakeContext(defects)))

const ENGINES = ['autocannon', 'paced'] as const
const ALL: readonly Check[] = [
  ...ENGINES.flatMap((engine) => [
    counts(engine),
    statuses(engine),
    histograms(engine),
    first(engine),
    bytes(engine),
    closes(engine),
    service(engine),
  ]),
  pacing,
  poisson,
  stall,
  cpu,
  distance,
  linkRate,
  kernelLink,
]

describe('an honest instrument', () => {
  it.each(ALL.map((check) => [check.id, check.engine, check] as const))(
    'passes %s (%s)',
    async (_, __, check) => {
      expect(await run(check)).toEqual([])
    },
  )
})

describe.each(ENGINES)('a broken instrument (%s)', (engine) => {
  it('fails on service time when times are 5 % too long, or half a millisecond', async () => {
    expect(await run(service(engine), { distort: timed((us) => us * 1.05) })).toContain('20 ms')
    expect(await run(service(engine), { distort: timed((us) => us + 500) })).toEqual([
      '0.2 ms',
      '1 ms',
      '20 ms',
    ])
  })

  it('fails on service time when it counts in whole milliseconds', async () => {
    const floored = timed((us) => Math.floor(us / 1000) * 1000)
    expect(await run(service(engine), { distort: floored })).toContain('0.2 ms')
  })

  it('fails on service time when it tells none', async () => {
    expect(await run(service(engine), { distort: timed(() => Number.NaN) })).not.toEqual([])
    const empty = slice(({ pacing: honest }) => ({
      latencyHdr: hdrOf([]),
      pacing: honest && { ...honest, serviceHdr: hdrOf([]) },
    }))
    expect(await run(service(engine), { distort: empty })).toEqual(['0.2 ms', '1 ms', '20 ms'])
  })

  it('fails on counts when it loses one response, or counts the connects', async () => {
    const off = (by: number) => ({ distort: slice(({ responses }) => ({ responses: responses + by })) })
    expect(await run(counts(engine), off(-1))).toEqual(['50 ms', '150 ms', '300 ms'])
    expect(await run(counts(engine), off(8))).toEqual(['50 ms', '150 ms', '300 ms'])
  })

  it('fails on statuses when wrong answers count as requests or as samples', async () => {
    const asRequests = { distort: slice(({ responses }) => ({ requests: responses })) }
    expect(await run(statuses(engine), asRequests)).toEqual(['wrong', 'in histogram'])
    const asSamples: Defects = {
      distort: (honest, served) => ({ ...honest, latencyHdr: hdrOf(served.map(responseUs)) }),
    }
    expect(await run(statuses(engine), asSamples)).toEqual(['in histogram'])
  })

  it('fails on statuses when one wrong answer is told as a right one', async () => {
    const hidden = slice(({ statuses: told }) => ({
      statuses: { '200': (told['200'] ?? 0) + 1, '500': (told['500'] ?? 0) - 1 },
    }))
    expect(await run(statuses(engine), { distort: hidden })).toEqual(['status 500', 'in histogram'])
  })

  it('fails on histograms when one window has a value too few, or those of the window before', async () => {
    const short: Defects = {
      distort: (honest, served) => ({ ...honest, latencyHdr: hdrOf(right(served).slice(1).map(responseUs)) }),
    }
    expect(await run(histograms(engine), short)).toEqual(['values'])
    const kept: number[] = []
    const carried: Defects = {
      distort(honest, served) {
        kept.push(...right(served).map(responseUs))
        return { ...honest, latencyHdr: hdrOf(kept) }
      },
    }
    expect(await run(histograms(engine), carried)).toEqual(['values'])
  })

  it('fails on histograms when merging loses a window, or moves values to other buckets', async () => {
    const forgetful = histograms(engine, (all) => mergeHistograms(all.slice(1)))
    expect(await run(forgetful)).toEqual(['values', 'wrong buckets'])
    const coarse = histograms(engine, (all) => {
      const merged = mergeHistograms(all)
      const moved = newHistogram()
      for (let value = 0; value < merged.totalCount; value++) recordMilliseconds(moved, 7)
      return moved
    })
    expect(await run(coarse)).toEqual(['wrong buckets'])
  })

  it('fails on the first answers when it takes them as samples', async () => {
    const connect: Defects = {
      distort: (honest, served, { connections }) => ({
        ...honest,
        responses: honest.responses + connections,
        latencyHdr: hdrOf([
          ...right(served).map(responseUs),
          ...Array.from({ length: connections }, () => 500_100),
        ]),
      }),
    }
    expect(await run(first(engine), connect)).toEqual(['in histogram', 'counted'])
  })

  it('fails on bytes when it is one byte off in a hundred requests', async () => {
    const off = slice(({ requestBytes }) => ({ requestBytes: requestBytes + 1 }))
    expect(await run(bytes(engine), { distort: off })).toEqual(['100 B', '1000 B', '8000 B'])
    const scaled = slice(({ requestBytes }) => ({ requestBytes: requestBytes * 1.001 }))
    expect(await run(bytes(engine), { distort: scaled })).toEqual(['100 B', '1000 B', '8000 B'])
  })

  it('fails on closed connections when it does not tell of them', async () => {
    const silent = slice(() => ({ reconnects: 0 }))
    expect(await run(closes(engine), { distort: silent })).not.toEqual([])
  })

  it('is not passed for windows in which nothing was asked', async () => {
    const idle: Defects = { distort: slice(() => ({ responses: 0, requests: 0 })) }
    expect(await run(counts(engine), idle)).toHaveLength(3)
  })
})

describe('a broken open loop', () => {
  it('fails on closed connections when it is one off, or loses requests in silence', async () => {
    const off = slice(({ reconnects }) => ({ reconnects: reconnects + 1 }))
    expect(await run(closes('paced'), { distort: off })).toEqual(['reconnects'])
    const lossy = slice(() => ({ errors: 1 }))
    expect(await run(closes('paced'), { distort: lossy })).toEqual(['reconnects', 'lost'])
  })

  it('fails on pacing when it sends too slowly, too fast, or says that it did', async () => {
    const factor = (by: number): Defects => ({
      arrivals: (asked) => ({ ...asked, ratePerSecond: asked.ratePerSecond * by }),
    })
    expect(await run(pacing, factor(0.97))).toEqual(['1,000/s', '5,000/s'])
    expect(await run(pacing, factor(1.03))).toEqual(['1,000/s', '5,000/s'])
    expect(await run(pacing, paced({ achievedRate: 900 }))).toEqual(['1,000/s', '5,000/s'])
  })

  it('fails on random arrivals when gaps are equal, too long, or of another seed', async () => {
    expect(await run(poisson, { arrivals: (asked) => ({ ...asked, schedule: 'constant' }) })).toContain(
      'shape',
    )
    expect(
      await run(poisson, { arrivals: (asked) => ({ ...asked, ratePerSecond: asked.ratePerSecond * 0.97 }) }),
    ).toEqual(['count', 'mean gap'])
    expect(await run(poisson, { arrivals: (asked) => ({ ...asked, seed: asked.seed + 1 }) })).toContain(
      'count',
    )
  })

  it('fails on stalls when it counts from the write', async () => {
    const fromWrite: Defects = {
      distort: (honest) => ({ ...honest, latencyHdr: honest.pacing?.serviceHdr ?? honest.latencyHdr }),
    }
    // Those that were on the wire when it stood still are few, and far out in the tail.
    expect(await run(stall, fromWrite)).toEqual(['p99'])
  })

  it('fails on stalls when times are 5 % too long', async () => {
    expect(await run(stall, { distort: timed((us) => us * 1.05) })).toEqual(['p99', 'p99.9'])
  })

  it('shows what service time alone would have hidden', async () => {
    const hidden = (await stall.run(fakeContext())).find(({ what }) => what === 'p99, service only')
    expect(hidden?.tolerance).toBeNull()
    expect(hidden?.measured).toBeLessThan(10_000)
  })
})

describe('a broken ruler of CPU time', () => {
  it.each([
    ['too much', 1.05],
    ['too little', 0.95],
  ])('fails when it tells 5 %% %s', async (_, factor) => {
    const scaled: Defects = { cpu: (honest) => ({ ...honest, mainUs: honest.mainUs * factor }) }
    expect(await run(cpu, scaled)).toEqual(['own account', 'burned'])
  })

  it('is not judged where the system does not show CPU time', async () => {
    const outcomes = await cpu.run(fakeContext({ cpu: () => null }))
    expect(outcomes).toMatchObject([{ measured: null, tolerance: null, passed: true }])
  })
})

describe('the delay proxy', () => {
  it('fails when it adds half a millisecond, or delays by 5 % too much', async () => {
    const delays = ['0.2 ms', '1 ms', '5 ms', '50 ms', '200 ms'].flatMap((what) => [what, `${what} p90`])
    expect(await run(distance, { distance: (us) => us + 500 })).toEqual(delays)
    expect(await run(distance, { distance: (us) => us * 1.05 })).toEqual(delays.slice(4))
  })

  it('fails when the link of the kernel has another rate, and is not held to one that cannot be made', async () => {
    const rate = (bits: number) => bits * 1.03
    expect(await run(kernelLink, { rate })).toEqual(['768 kbit/s', '10 Mbit/s'])
    expect(await kernelLink.run(fakeContext({ rate, kernel: 'Operation not permitted' }))).toMatchObject([
      { what: 'skipped', tolerance: null, sentence: expect.stringContaining('Operation not permitted') },
    ])
  })

  it('fails when it is 3 % too fast or too slow, or too fast beyond 5 Mbit/s', async () => {
    expect(await run(linkRate, { rate: (bits) => bits * 1.03 })).toHaveLength(6)
    expect(await run(linkRate, { rate: (bits) => bits * 0.97 })).toHaveLength(6)
    expect(await run(linkRate, { rate: (bits) => (bits > 5e6 ? bits * 2 : bits) })).toEqual([
      '10 Mbit/s',
      '100 Mbit/s',
      '50 Mbit/s',
    ])
  })
})

describe('the analytic response time', () => {
  it('is the published formula inside and after a stall', () => {
    const [gapUs, holdUs, stallUs] = [1000, 100, 20_000]
    const times = responseTimes(
      Array.from({ length: 40 }, (_, index) => (index === 0 ? stallUs : holdUs)),
      gapUs,
    )
    for (const [index, time] of times.entries()) {
      const u = index * gapUs
      const queued = stallUs - u + Math.max(0, index - 1) * holdUs + (index === 0 ? 0 : holdUs)
      expect(time).toBeCloseTo(Math.max(queued, holdUs), 6)
    }
  })

  it('takes percentiles as histograms do', () => {
    const values = Array.from({ length: 1000 }, (_, index) => 1000 - index)
    expect([0.5, 0.99, 0.999, 1].map((quantile) => quantileOfValues(values, quantile))).toEqual([
      500, 990, 999, 1000,
    ])
    expect(quantileOfValues([], 0.5)).toBeNaN()
  })
})
