import { encodeHistogram, newHistogram, recordMilliseconds } from '../../src/histogram.ts'
import type { CohortSlice, EngineRequest, EngineSlice, EngineTarget } from './engine.ts'

/** What counts as the right answer to a request, and whose it is. */
export interface Expectation {
  readonly expectStatus: number
  readonly cohort: string | null
}

export const expectationOf = (request: EngineRequest, target: EngineTarget): Expectation => ({
  expectStatus: request.expectStatus ?? target.expectStatus,
  cohort: request.cohort ?? null,
})

type Tallied = 'requests' | 'responses' | 'statuses' | 'latencyHdr' | 'meanLatencyUs' | 'cohorts'

/** The responses of one window, whichever engine had them. */
export interface ResponseTally {
  /** @returns whether the status was the expected one */
  add(expectation: Expectation, status: number, latencyMs: number): boolean
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
  return {
    add({ expectStatus, cohort }, status, latencyMs) {
      const expected = status === expectStatus
      statuses[status] = (statuses[status] ?? 0) + 1
      latencySumMs += latencyMs
      whole.add(expected, latencyMs)
      if (cohort !== null) cohorts.get(cohort)?.add(expected, latencyMs)
      return expected
    },
    get responses() {
      return whole.responses
    },
    result: () => ({
      ...whole.result(),
      statuses,
      meanLatencyUs: whole.responses === 0 ? 0 : (latencySumMs * 1000) / whole.responses,
      cohorts: Object.fromEntries([...cohorts].map(([name, count]) => [name, count.result()])),
    }),
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
