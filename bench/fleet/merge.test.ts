import fc from 'fast-check'
import { expect, it } from 'vitest'
import {
  decodeHistogram,
  encodeHistogram,
  newHistogram,
  recordMilliseconds,
} from '../../src/results/histogram.ts'
import type { EngineSlice } from '../load/engine.ts'
import { agentWindows, cpuOfAll, mergeParts, type Part } from './merge.ts'

function hdr(ms: readonly number[]): string {
  const histogram = newHistogram()
  for (const each of ms) recordMilliseconds(histogram, each)
  return encodeHistogram(histogram)
}

/** A closed loop of so many connections, each with so many answers of one latency. */
function part(
  change: Partial<Part> & { readonly latencies?: readonly number[]; readonly idleUs?: number },
): Part {
  const { latencies = [1], idleUs = 0, ...rest } = change
  const slice: EngineSlice = {
    seconds: 1,
    requests: latencies.length,
    responses: latencies.length,
    requestBytes: 100 * latencies.length,
    sizes: {
      request: { sum: 100 * latencies.length, least: 90, most: 110 },
      responseHead: { sum: 50 * latencies.length, least: 50, most: 50 },
    },
    statuses: { 200: latencies.length },
    errors: 0,
    timeouts: 0,
    unasked: 0,
    reconnects: 0,
    latencyHdr: hdr(latencies),
    meanLatencyUs: (1000 * latencies.reduce((sum, ms) => sum + ms, 0)) / Math.max(latencies.length, 1),
    idleUs,
    pacing: null,
    cohorts: {},
  }
  return {
    slice,
    cpu: { mainUs: 10, otherUs: 1, runQueueUs: 2 },
    startedAtUs: 1_000_000,
    clockBoundUs: 5,
    machine: null,
    throttled: null,
    on: null,
    agent: 'one',
    connections: 1,
    isHere: false,
    ...rest,
  }
}

it('a histogram of several agents is that of one recorder, to the byte', () => {
  const latencies = fc.array(fc.double({ min: 0.001, max: 50_000, noNaN: true }), { maxLength: 50 })
  fc.assert(
    fc.property(fc.array(latencies, { minLength: 1, maxLength: 5 }), (agents) => {
      const merged = mergeParts(agents.map((each) => part({ latencies: each })))
      expect(merged.latencyHdr).toBe(hdr(agents.flat()))
      expect(merged.requests).toBe(agents.flat().length)
    }),
  )
})

it('lasts from the first start to the last end, and Little’s law holds for the sum', () => {
  const [early, late] = [
    part({ latencies: [500, 500], connections: 1 }),
    part({ latencies: [250, 250, 250, 250], connections: 1, startedAtUs: 1_200_000 }),
  ]
  const merged = mergeParts([early, late])
  expect(merged.seconds).toBeCloseTo(1.2, 9)
  // Each is idle while only the other one loads.
  expect(merged.idleUs).toBeCloseTo(400_000, 3)
  const inFlight = (merged.responses * merged.meanLatencyUs) / (merged.seconds * 1e6 - merged.idleUs / 2)
  expect(inFlight).toBeCloseTo(2, 9)
})

it('adds up counts, bytes and CPU, and keeps the smallest and the largest', () => {
  const merged = mergeParts([
    part({ latencies: [1, 2] }),
    {
      ...part({ latencies: [3] }),
      slice: {
        ...part({ latencies: [3] }).slice,
        statuses: { 401: 1 },
        errors: 2,
        sizes: {
          request: { sum: 100, least: 80, most: 100 },
          responseHead: { sum: 70, least: 70, most: 70 },
        },
      },
    },
  ])
  expect(merged).toMatchObject({
    responses: 3,
    requestBytes: 300,
    statuses: { 200: 2, 401: 1 },
    errors: 2,
    sizes: {
      request: { sum: 300, least: 80, most: 110 },
      responseHead: { sum: 170, least: 50, most: 70 },
    },
  })
  expect(merged.meanLatencyUs).toBeCloseTo(2000, 6)
  expect(decodeHistogram(merged.latencyHdr).totalCount).toBe(3)
  expect(cpuOfAll([part({}), part({})])).toEqual({ mainUs: 20, otherUs: 2, runQueueUs: 4 })
  expect(
    cpuOfAll([part({}), part({ cpu: { mainUs: 1, otherUs: 0, runQueueUs: null } })]).runQueueUs,
  ).toBeNull()
})

it('tells of each agent how far it began behind the first', () => {
  const windows = agentWindows([
    part({ agent: 'a', startedAtUs: 5000 }),
    part({ agent: 'b', startedAtUs: 4000 }),
  ])
  expect(windows.map(({ agent, behindUs }) => [agent, behindUs])).toEqual([
    ['a', 1000],
    ['b', 0],
  ])
})
