// In this folder: made-up runs for the tests of all floors.

import {
  type Comparison,
  type MetricInfo,
  RESULTS_SCHEMA_ID,
  type Results,
  type Summary,
} from '../results/results.ts'
import type { StrategyInfo } from '../results/strategy-info.ts'
import { CATALOGUE, TYPICAL, type Typical } from './fake-catalogue.ts'
import { CLAIMS, FINDINGS } from './fake-conclusions.ts'
import { type FakePoint, type FakeScenario, fakePoints, OPEN_METRICS } from './fake-loads.ts'
import {
  bandOf,
  centre,
  estimateOf,
  exponential,
  METRICS,
  NOISE,
  NOT_COMPARED,
  PAIRED,
  roundValues,
  verdictOf,
  wobble,
} from './fake-values.ts'

export interface FakeOptions {
  readonly rounds?: number
  /** Take the place of the eight; values are those of the made-up strategy with this id, or borrowed from the eight in turn. */
  readonly strategies?: readonly StrategyInfo[]
  /** `verify` alone unless told. */
  readonly scenarios?: readonly FakeScenario[]
}

/** A small, deterministic and plausible run; valid against `resultsSchema`. */
export function fakeResults({ rounds = 6, strategies, scenarios = ['verify'] }: FakeOptions = {}): Results {
  const subjects = (strategies ?? TYPICAL.map(({ info }) => info)).map((info, index) => {
    const source = CATALOGUE.find((known) => known.info.id === info.id) ?? TYPICAL[index % TYPICAL.length]
    if (source === undefined) throw new RangeError('no typical values')
    return { ...source, info }
  })
  const points = fakePoints(scenarios)
  const all = points.some(({ open }) => open !== null) ? [...METRICS, ...OPEN_METRICS] : METRICS
  const [first, ...others] = subjects
  const slowest = others.reduce(
    (found, subject) => (found === undefined || subject.throughput < found.throughput ? subject : found),
    first,
  )
  const placeOf = ({ scenario, params }: FakePoint) => ({ scenario: scenario.id, params })
  const metricsOf = ({ open }: FakePoint) =>
    open === null ? METRICS : all.filter(({ id }) => open.metrics.includes(id))
  const valuesOf = ({ open }: FakePoint, subject: Typical, metric: MetricInfo) => {
    const typical = open === null ? Number.NaN : open.centre(subject, metric.id, slowest ?? subject)
    const middle = Number.isNaN(typical) ? centre(subject, metric.id) : typical
    // One schedule for all: the rate of a round is that of its slowest strategy.
    const seed = metric.id === 'load.rate' ? 0 : subjects.indexOf(subject) + all.indexOf(metric) * 0.37
    return roundValues(middle, metric, seed, rounds)
  }
  const compare = (point: FakePoint, subject: Typical, baseline: Typical, metric: MetricInfo): Comparison => {
    const [own, other] = [valuesOf(point, subject, metric), valuesOf(point, baseline, metric)]
    const difference = estimateOf(own.map((value, round) => value - (other[round] ?? 0)))
    const positive = [...own, ...other].every((value) => value > 0)
    const ratio = positive
      ? exponential(estimateOf(own.map((value, round) => Math.log(value / (other[round] ?? 1)))))
      : null
    const verdict = verdictOf(metric, ratio, difference)
    return {
      ...placeOf(point),
      metric: metric.id,
      unit: metric.unit,
      strategy: subject.info.id,
      baseline: baseline.info.id,
      ratio,
      difference,
      band: metric.exact || rounds < 6 ? null : bandOf(metric),
      p: metric.exact || rounds < 6 ? null : verdict === 'unsure' ? 0.156 : 0.03125,
      verdict,
    }
  }
  const none = subjects.find(({ info }) => info.state === 'none')
  const comparisons = points
    .filter(({ scenario }) => scenario.compared)
    .flatMap((point) =>
      metricsOf(point)
        .filter(({ id }) => !NOT_COMPARED.includes(id))
        .flatMap((metric) =>
          subjects.flatMap((subject, index) =>
            (PAIRED.includes(metric.id) ? subjects.slice(0, index) : none === undefined ? [] : [none])
              .filter((baseline) => baseline !== subject)
              .map((baseline) => compare(point, subject, baseline, metric)),
          ),
        ),
    )
  const quantiles = [
    0, 0.1, 0.25, 0.5, 0.6, 0.75, 0.8, 0.9, 0.95, 0.975, 0.99, 0.995, 0.998, 0.999, 0.9995, 0.9999,
  ]
  const judged = rounds >= 6
  return {
    schema: RESULTS_SCHEMA_ID,
    run: {
      id: '20261124-091500-42',
      startedAt: '2026-11-24T09:15:00.000Z',
      finishedAt: '2026-11-24T09:16:52.000Z',
      seed: 42,
      profile: judged ? 'quick' : 'smoke',
      git: { sha: '0123456789abcdef0123456789abcdef01234567', dirty: false },
      partial: false,
      extended: false,
      base: null,
      authbench: '0.1.0',
      command: `npm run authbench -- run --profile ${judged ? 'quick' : 'smoke'} --seed 42`,
    },
    environment: {
      cpu: 'AMD EPYC 7763 64-Core Processor',
      cores: 2,
      memoryBytes: 8_405_385_216,
      platform: 'linux x64',
      kernel: '6.18.0',
      node: 'v26.10.0',
      v8: '14.2.231.9',
      nodeFlags: ['--invocation-count-for-turbofan=3000'],
      redis: '7.0.15',
      redisOrigin: 'own',
      lockfileHash: 'sha256-3b1f0c7d',
      pinning: {
        server: 0,
        redis: 1,
        generator: 1,
        sentence: 'The server runs on core 0; Redis and the load generator share core 1.',
      },
      cpuSource: 'schedstat',
      packages: {
        autocannon: '9.0.0',
        'fast-jwt': '6.3.6',
        fastify: '5.12.8',
        ioredis: '6.0.0',
        jose: '6.2.18',
      },
    },
    config: {
      profile: judged ? 'quick' : 'smoke',
      strategies: subjects.map(({ info }) => info.id),
      scenarios: [...scenarios],
      rounds,
      seed: 42,
      transport: 'bearer',
      connections: 64,
      pool: 1000,
      popularity: 'cycle',
      slicesPerRound: 6,
      sliceMs: 250,
      pacedConnections: 64,
      pacedSlicesPerRound: 4,
      pacedSliceMs: 250,
      arrivals: 'poisson',
      sloMs: 25,
      trialMs: 300,
      against: false,
      warmupRequests: 20_000,
      warmupLimitMs: 10_000,
      ttlSeconds: 900,
      extraClaims: [],
    },
    strategies: subjects.map(({ info }) => info),
    scenarios: [...new Map(points.map(({ scenario }) => [scenario.id, scenario])).values()],
    metrics: [...all],
    summary: points.flatMap((point) =>
      subjects.flatMap((subject) =>
        metricsOf(point).map(
          (metric): Summary => ({
            ...placeOf(point),
            strategy: subject.info.id,
            metric: metric.id,
            unit: metric.unit,
            better: metric.better,
            estimate: estimateOf(valuesOf(point, subject, metric)),
          }),
        ),
      ),
    ),
    comparisons,
    cohorts: [],
    spectra: points.flatMap((point) =>
      subjects.flatMap((subject) => {
        const { open } = point
        if (open !== null && !open.metrics.includes('latency.p50')) return []
        const p50Us = open?.centre(subject, 'latency.p50', slowest ?? subject) ?? subject.p50Us
        const pointsOf = (middle: number) =>
          quantiles.map((quantile) => ({
            quantile,
            us: middle * (0.55 + 0.45 * (Math.log10(1 / (1 - quantile)) / 0.301) ** 0.9),
          }))
        return [
          {
            ...placeOf(point),
            strategy: subject.info.id,
            count: 48_211,
            points: pointsOf(p50Us),
            ...(open === null ? {} : { service: pointsOf(0.88 * p50Us) }),
          },
        ]
      }),
    ),
    rounds: points.flatMap((point) =>
      subjects.flatMap((subject) =>
        metricsOf(point)
          .filter((metric) => PAIRED.includes(metric.id) || metric.id === 'cpu.redis')
          .flatMap((metric) =>
            (subject.info.state === 'none' ? (['main', 'twin'] as const) : (['main'] as const)).map(
              (arm) => ({
                ...placeOf(point),
                strategy: subject.info.id,
                arm,
                metric: metric.id,
                values: valuesOf(point, subject, metric).map((value, round) => ({
                  round,
                  position: (subjects.indexOf(subject) + round * 3) % (subjects.length + 1),
                  value: arm === 'twin' ? value * (1 + 0.006 * wobble(round, 5)) : value,
                })),
              }),
            ),
          ),
      ),
    ),
    probes: subjects.map(({ info, revokedStatus }) => ({
      strategy: info.id,
      ownStatus: 200,
      anonymousStatus: info.state === 'none' ? 200 : 401,
      revokedStatus,
    })),
    validity: {
      verdict: judged ? 'ok' : 'unjudged',
      reasons: judged ? [] : [`${rounds} rounds were measured; an interval needs 6.`],
      checks: [
        {
          id: 'little',
          strategy: null,
          scenario: 'verify',
          cells: rounds * (subjects.length + 1),
          value: 0.004,
          warnLimit: 0.02,
          invalidLimit: 0.05,
          outcome: 'ok',
          sentence: 'Throughput times latency equals the connections within 0.4 %.',
        },
        {
          id: 'steal',
          strategy: 'jwt-es256',
          scenario: 'verify',
          cells: 1,
          value: 0.013,
          warnLimit: 0.01,
          invalidLimit: 0.03,
          outcome: 'warn',
          sentence: 'The hypervisor took 1.3 % of the processor time.',
        },
      ],
      cells: { completed: rounds * (subjects.length + 1), invalid: 0, failed: 0, interrupted: 0 },
    },
    noise: Object.fromEntries(
      Object.entries(NOISE).map(([id, [value, low, high]]) => [
        id,
        { value, low: judged ? low : null, high: judged ? high : null, rounds },
      ]),
    ),
    changes: [],
    claims: CLAIMS,
    findings: FINDINGS,
    micro: null,
  }
}
