import { encodeHistogram, newHistogram, recordMilliseconds } from '../../src/results/histogram.ts'
import type { CohortSlice, EngineRequest, EngineSlice, EngineTarget, Sizes } from './engine.ts'

/** What counts as the right answer to a request, and whose it is. */
export interface Expectation {
  readonly expectStatus: number
  readonly cohort: string | null
}

export const expectationOf = (request: EngineRequest, target: EngineTarget): Expectation => ({
  expectStatus: request.expectStatus ?? target.expectStatus,
  cohort: request.cohort ?? null,
})

type Tallied = 'requests' | 'responses' | 'sizes' | 'statuses' | 'latencyHdr' | 'meanLatencyUs' | 'cohorts'

/** On the wire. */
export interface ExchangedBytes {
  readonly request: number
  readonly responseHead: number
}

/** The responses of one window, whichever engine had them. */
export interface ResponseTally {
  /** @returns whether the status was the expected one */
  add(expectation: Expectation, status: number, latencyMs: number, bytes: ExchangedBytes): boolean
  readonly responses: number
  result(): Pick<EngineSlice, Tallied>
}

/** Looked for once, not in every window: a load may have tens of thousands of requests. */
export const cohortsOf = ({ requests }: EngineTarget): readonly string[] => [
  ...new Set(requests.flatMap(({ cohort }) => cohort ?? [])),
]

export function newResponseTally(cohortNames: readonly string[]): ResponseTally {
  const whole = newCount()
  const cohorts = new Map(cohortNames.map((name) => [name, newCount()]))
  const statuses: Record<string, number> = {}
  let latencySumMs = 0
  const [request, responseHead] = [newSizes(), newSizes()]
  return {
    add({ expectStatus, cohort }, status, latencyMs, bytes) {
      const expected = status === expectStatus
      statuses[status] = (statuses[status] ?? 0) + 1
      latencySumMs += latencyMs
      request.add(bytes.request)
      responseHead.add(bytes.responseHead)
      whole.add(expected, latencyMs)
      if (cohort !== null) cohorts.get(cohort)?.add(expected, latencyMs)
      return expected
    },
    get responses() {
      return whole.responses
    },
    result: () => ({
      ...whole.result(),
      ...(whole.responses === 0
        ? {}
        : { sizes: { request: request.result(), responseHead: responseHead.result() } }),
      statuses,
      meanLatencyUs: whole.responses === 0 ? 0 : (latencySumMs * 1000) / whole.responses,
      cohorts: Object.fromEntries([...cohorts].map(([name, count]) => [name, count.result()])),
    }),
  }
}

function newSizes() {
  let [sum, least, most] = [0, Number.POSITIVE_INFINITY, 0]
  return {
    add(bytes: number): void {
      sum += bytes
      if (bytes < least) least = bytes
      if (bytes > most) most = bytes
    },
    result: (): Sizes => ({ sum, least, most }),
  }
}

function newCount() {
  const histogram = newHistogram()
  let responses = 0
  return {
    add(expected: boolean, latencyMs: number): void {
      responses += 1
      if (expected) recordMilliseconds(histogram, latencyMs)
    },
    get responses() {
      return responses
    },
    result: (): CohortSlice => ({
      responses,
      requests: histogram.totalCount,
      latencyHdr: encodeHistogram(histogram),
    }),
  }
}
