import type { Params } from '../results/cell.ts'
import type { MetricInfo, ScenarioInfo } from '../results/results.ts'

/** What an open loop needs to know of a strategy. */
interface Served {
  /** Requests per second that it can answer. */
  readonly throughput: number
  readonly serverUs: number
}

/** One workload at one setting of a made-up run. */
export interface FakePoint {
  readonly scenario: ScenarioInfo
  readonly params: Params
  /** Null: the metrics of a closed loop, at the typical values of each strategy. */
  readonly open: {
    readonly metrics: readonly string[]
    /** @param slowest of the run */
    centre(of: Served, metric: string, slowest: Served): number
  } | null
}

const CLOSED: FakePoint = {
  scenario: {
    id: 'verify',
    title: 'Verify a credential',
    question: 'What does checking a credential on every request cost?',
    model: 'closed',
    compared: true,
  },
  params: {},
  open: null,
}

/** Of the open loops alone. */
export const OPEN_METRICS: readonly MetricInfo[] = [
  {
    id: 'slo.rate',
    title: 'Highest rate within the limit',
    unit: 'req/s',
    better: 'higher',
    exact: false,
  },
  { id: 'load.rate', title: 'Arrival rate', unit: 'req/s', better: 'higher', exact: false },
  { id: 'service.p50', title: 'Service time p50', unit: 'us', better: 'lower', exact: false },
  { id: 'service.p99', title: 'Service time p99', unit: 'us', better: 'lower', exact: false },
  { id: 'lag.p99', title: 'Send lag p99', unit: 'us', better: 'lower', exact: false },
]

const COUNTED = ['bytes.request_head', 'bytes.response_head', 'bytes.credential', 'redis.commands']
const PACED_METRICS = [
  'load.rate',
  'cpu.server',
  'cpu.redis',
  'latency.p50',
  'latency.p90',
  'latency.p99',
  'service.p50',
  'service.p99',
  'lag.p99',
  ...COUNTED,
]

/** Waiting of a single server grows with 1 / (1 - utilisation); the tail follows it (Kleinrock, Queueing Systems I, 3.2). */
const FACTORS: Readonly<Record<string, (queue: number) => number>> = {
  'latency.p50': (queue) => 1.1 + 0.5 * queue,
  'latency.p90': (queue) => 1.6 + 1.9 * queue,
  'latency.p99': (queue) => 2.6 + 4 * queue,
  'service.p50': (queue) => 1.1 + 0.45 * queue,
  'service.p99': (queue) => 2.4 + 3.1 * queue,
}

const paced = (
  scenario: ScenarioInfo,
  load: number,
  rateOf: (of: Served, slowest: Served) => number,
): FakePoint => ({
  scenario,
  params: { load },
  open: {
    metrics: PACED_METRICS,
    centre(of, metric, slowest) {
      const rate = load * rateOf(of, slowest)
      const utilisation = Math.min(0.97, rate / of.throughput)
      const factor = FACTORS[metric]?.(utilisation / (1 - utilisation))
      if (factor !== undefined) return (1e6 / of.throughput) * factor
      return { 'load.rate': rate, 'cpu.server': of.serverUs * 1.12, 'lag.p99': 38 }[metric] ?? Number.NaN
    },
  },
})

const POINTS = {
  verify: [CLOSED],
  'iso-load': [0.5, 0.8].map((load) =>
    paced(
      {
        id: 'iso-load',
        title: 'Same arrival rate for all, open loop',
        question: 'How long do users wait when every strategy has to serve the same requests?',
        model: 'open',
        compared: true,
      },
      load,
      (_, slowest) => slowest.throughput,
    ),
  ),
  slo: [
    {
      scenario: {
        id: 'slo',
        title: 'Highest rate within the latency limit, open loop',
        question: 'How many requests per second does one server take before its p99 breaks the limit?',
        model: 'open',
        compared: true,
      },
      params: {},
      open: {
        metrics: ['slo.rate', ...COUNTED],
        centre: ({ throughput }, metric) => (metric === 'slo.rate' ? throughput * 0.93 : Number.NaN),
      },
    },
  ],
  curve: [0.2, 0.4, 0.6, 0.7, 0.8, 0.9].map((load) =>
    paced(
      {
        id: 'curve',
        title: 'Latency against load, open loop',
        question: 'How does waiting grow as each strategy comes close to what it can serve?',
        model: 'open',
        compared: false,
      },
      load,
      (of) => of.throughput,
    ),
  ),
} as const satisfies Record<string, readonly FakePoint[]>

export type FakeScenario = keyof typeof POINTS
export const ALL_FAKE_SCENARIOS: readonly FakeScenario[] = ['verify', 'iso-load', 'slo', 'curve']

export const fakePoints = (scenarios: readonly FakeScenario[]): readonly FakePoint[] =>
  scenarios.flatMap((id): readonly FakePoint[] => POINTS[id])
