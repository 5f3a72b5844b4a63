import { checkCell, stateOf } from '../checks/registry.ts'
import { seededRandom } from '../plan/random.ts'
import type { Cell, LoadSample, Params, Probe, Slice } from '../results/cell.ts'
import { encodeHistogram, newHistogram } from '../results/histogram.ts'
import type { StrategyInfo } from '../results/strategy-info.ts'
import { normalSource } from './normal-numbers.ts'

/** What one strategy is made to cost; everything else follows, so that Little's and the utilisation law hold. */
export interface FakeStrategy {
  readonly info: StrategyInfo
  readonly serverUs: number
  /** Null: the system does not tell. */
  readonly redisUs: number | null
  readonly redisCommands: number
  readonly credentialBytes: number
  readonly ownStatus: number
  readonly revokedStatus: number
}

export interface FakeCellsOptions {
  readonly strategies: readonly FakeStrategy[]
  readonly rounds: number
  readonly seed?: number
  /** Standard deviation of the logarithm of a cell's cost, between processes of the same code. */
  readonly noise?: number
  readonly connections?: number
  readonly slices?: number
  readonly sliceSeconds?: number
  readonly scenario?: string
  readonly params?: Params
}

const GENERATOR_US = 40
const BUSY_SHARE = 0.97
const BASE_HEAD_BYTES = 83

/** A right-skewed latency with the given mean: exponential above half of it. */
function latencyHdr(requests: number, meanUs: number): string {
  const histogram = newHistogram()
  const steps = Math.min(requests, 500)
  for (let step = 0; step < steps; step++) {
    const count = Math.floor(((step + 1) * requests) / steps) - Math.floor((step * requests) / steps)
    const us = meanUs * (0.5 - 0.5 * Math.log(1 - (step + 0.5) / steps))
    histogram.recordValueWithCount(Math.max(1, Math.round(us)), count)
  }
  return encodeHistogram(histogram)
}

function fakeSlice(serverUs: number, redisUs: number | null, connections: number, wanted: number): Slice {
  const mainUs = serverUs * 0.95
  const requests = Math.round((wanted * 1e6 * BUSY_SHARE) / mainUs)
  const meanLatencyUs = (connections * (wanted * 1e6)) / requests
  const busyUs = requests * (serverUs + GENERATOR_US + (redisUs ?? 0)) + wanted * 10_000
  return {
    seconds: wanted,
    requests,
    server: { mainUs: requests * mainUs, otherUs: requests * serverUs * 0.05, runQueueUs: 0 },
    generator: {
      mainUs: requests * GENERATOR_US * 0.95,
      otherUs: requests * GENERATOR_US * 0.05,
      runQueueUs: 0,
    },
    redisUs: redisUs === null ? null : requests * redisUs,
    meanLatencyUs,
    idleUs: 0,
    machine: { totalUs: wanted * 2e6, busyUs, stealUs: 0 },
  }
}

function fakeLoad(
  slices: readonly Slice[],
  connections: number,
  headBytes: number,
  status: number,
): LoadSample {
  const requests = slices.reduce((sum, slice) => sum + slice.requests, 0)
  const meanUs = slices.reduce((sum, slice) => sum + slice.requests * slice.meanLatencyUs, 0) / requests
  const expected = status === 200
  return {
    engine: 'fake',
    connections,
    slices: slices.map((slice) => (expected ? slice : { ...slice, requests: 0 })),
    latencyHdr: latencyHdr(expected ? requests : 0, meanUs),
    pacing: null,
    cohorts: {},
    responses: requests,
    requestBytes: requests * headBytes,
    statuses: { [status]: requests },
    errors: 0,
    timeouts: 0,
    reconnects: 0,
  }
}

/**
 * Cells as a run would leave them, checks included: every strategy once per round, the first also as its twin.
 * Same seed, same cells.
 */
export function fakeCells({
  strategies,
  rounds,
  seed = 1,
  noise = 0.02,
  connections = 16,
  slices = 4,
  sliceSeconds = 0.25,
  scenario = 'verify',
  params = {},
}: FakeCellsOptions): Cell[] {
  const normal = normalSource(seededRandom(seed))
  const subjects = strategies.flatMap((strategy, index) =>
    index === 0
      ? ([
          { strategy, arm: 'main' },
          { strategy, arm: 'twin' },
        ] as const)
      : ([{ strategy, arm: 'main' }] as const),
  )
  return Array.from({ length: rounds }, (_, round) => {
    const roundFactor = Math.exp(5 * noise * normal())
    return subjects.map(({ strategy, arm }, position): Cell => {
      const factor = roundFactor * Math.exp(noise * normal())
      const requestHeadBytes = BASE_HEAD_BYTES + (strategy.credentialBytes && strategy.credentialBytes + 23)
      const load = fakeLoad(
        Array.from({ length: slices }, () =>
          fakeSlice(
            strategy.serverUs * factor,
            strategy.redisUs === null ? null : strategy.redisUs * factor,
            connections,
            sliceSeconds,
          ),
        ),
        connections,
        requestHeadBytes,
        strategy.ownStatus,
      )
      const commands = strategy.redisCommands * load.responses
      const probe: Probe = {
        requestHeadBytes,
        responseHeadBytes: 168,
        responseBodyBytes: 97,
        credentialBytes: strategy.credentialBytes,
        ownStatus: strategy.ownStatus,
        anonymousStatus: strategy.info.state === 'none' ? 200 : 401,
        revokedStatus: strategy.revokedStatus,
      }
      const store = {
        commands: commands === 0 ? {} : { get: commands },
        bytesIn: commands * 95,
        bytesOut: commands * 92,
      }
      const warmup = { requests: 8000, wanted: 8000, converged: true }
      const checks = checkCell({ load, store, probe, warmup, search: null }, strategy.info)
      return {
        state: stateOf(checks),
        strategy: strategy.info.id,
        arm,
        scenario,
        params,
        round,
        position,
        attempt: 0,
        warmup,
        startedAt: new Date(Date.UTC(2026, 10, 24, 9, round, position)).toISOString(),
        load,
        search: null,
        store,
        probe,
        checks,
      }
    })
  }).flat()
}

/** The server's part of a slice, so many times as dear. */
export function serverTimes(factor: number, { server }: Pick<Slice, 'server'>): Pick<Slice, 'server'> {
  if (server === null) return { server }
  return { server: { ...server, mainUs: server.mainUs * factor, otherUs: server.otherUs * factor } }
}
