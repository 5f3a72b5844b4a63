// In this folder: schemas of what is stored, and errors. All floors know them.

import { z } from 'zod'
import { conformanceRowSchema } from '../checklist/rows.ts'
import { worldSchema } from '../worlds/world.ts'
import { armSchema, checkSchema, paramsSchema } from './cell.ts'
import { changeSchema } from './change.ts'
import { environmentSchema } from './environment.ts'
import { estimateSchema } from './estimate.ts'
import { experimentResultSchema } from './experiment.ts'
import { inputSchema } from './inputs.ts'
import { microSchema } from './micro.ts'
import { strategyInfoSchema } from './strategy-info.ts'
import { crossoverSchema, frontierSchema, handlerWorkSchema, refusalSchema } from './world-results.ts'

export type { Environment } from './environment.ts'
export type { Estimate } from './estimate.ts'

export const RESULTS_SCHEMA_ID = 'authbench/results@1'

export const metricInfoSchema = z.object({
  id: z.string(),
  title: z.string(),
  unit: z.string(),
  better: z.enum(['lower', 'higher']),
  /** Counted, not timed: the same in every round, so equality is the test. */
  exact: z.boolean(),
})
export type MetricInfo = z.infer<typeof metricInfoSchema>

export const scenarioInfoSchema = z.object({
  id: z.string(),
  title: z.string(),
  question: z.string(),
  model: z.enum(['closed', 'open']),
  /** Whether strategies may be compared: not where each is loaded in proportion to what it can serve itself. */
  compared: z.boolean(),
  /** Its windows end anywhere in a mix of unlike requests: what is counted per request differs from round to round. */
  mixed: z.boolean().optional(),
  /** Its points differ in the world that servers are in: a section of its own tells what that does. Absent: they do not. */
  worlds: z.boolean().optional(),
  /** Those of the run that it applies to; absent: all. */
  strategies: z.array(z.string()).optional(),
  /** Of its closed loop; absent: those of the run. */
  connections: z.number().int().positive().optional(),
})
export type ScenarioInfo = z.infer<typeof scenarioInfoSchema>

export const runConfigSchema = z.object({
  profile: z.enum(['smoke', 'gate', 'quick', 'ci', 'article', 'full']),
  /** None where experiments about none of them ran alone. */
  strategies: z.array(z.string()),
  /** None where only experiments were asked for. */
  scenarios: z.array(z.string()),
  /** Absent in files of earlier versions. */
  experiments: z.array(z.string()).optional(),
  rounds: z.number().int().positive(),
  seed: z.number().int().nonnegative(),
  transport: z.enum(['bearer', 'cookie']),
  connections: z.number().int().positive(),
  /** Subjects, who each have a credential of their own, and who of them makes the next request. */
  pool: z.number().int().positive(),
  popularity: z.enum(['cycle', 'uniform', 'zipf']),
  /** Points of a scenario that fills stores, in rising order; absent: its own. */
  entries: z.array(z.number().int().nonnegative()).optional(),
  /** False: only counts and what a busy machine hardly moves are reported and judged; absent: times too. */
  timed: z.boolean().optional(),
  slicesPerRound: z.number().int().positive(),
  sliceMs: z.number().int().positive(),
  /** Of open loops: more connections than the closed loop has, so that a request that is due rarely waits for one. */
  pacedConnections: z.number().int().positive(),
  pacedSlicesPerRound: z.number().int().positive(),
  pacedSliceMs: z.number().int().positive(),
  arrivals: z.enum(['poisson', 'constant']),
  /** What the search for the highest rate holds p99 to, in milliseconds, and how long one of its trials lasts. */
  sloMs: z.number().positive(),
  /** Requests per second that a target elsewhere gets at most; absent: there is no limit. */
  maxRate: z.number().positive().optional(),
  trialMs: z.number().int().positive(),
  /** Every strategy ran from another checkout as well, in the same rounds. */
  against: z.boolean(),
  warmupRequests: z.number().int().nonnegative(),
  warmupLimitMs: z.number().int().nonnegative(),
  ttlSeconds: z.number().int().positive(),
  /** Of all points that say nothing else; absent: the usual one. */
  world: worldSchema.optional(),
  /** Names only; the values may be somebody's data. */
  extraClaims: z.array(z.string()),
})
export type RunConfig = z.infer<typeof runConfigSchema>

export const summarySchema = z.object({
  strategy: z.string(),
  scenario: z.string(),
  params: paramsSchema,
  metric: z.string(),
  unit: z.string(),
  better: z.enum(['lower', 'higher']),
  estimate: estimateSchema,
})
export type Summary = z.infer<typeof summarySchema>

/**
 * - `better`, `worse`: the whole interval lies on one side of "equal" and outside the A/A noise band
 * - `equal`: an exact metric with the same count, or nothing on both sides
 * - `unsure`: a difference is not shown
 * - `not judged`: fewer than 6 rounds in common
 */
export const comparisonSchema = z.object({
  metric: z.string(),
  unit: z.string(),
  strategy: z.string(),
  baseline: z.string(),
  scenario: z.string(),
  params: paramsSchema,
  /** strategy / baseline; null where the baseline is zero. */
  ratio: estimateSchema.nullable(),
  /** strategy - baseline, in the metric's unit. */
  difference: estimateSchema,
  /**
   * The factor to either side of 1 that two copies of the same server reach: the further end of the A/A interval. A ratio is a difference
   * only when its whole interval lies outside [1 / band, band]. Null for exact metrics and where there is no A/A interval.
   */
  band: z.number().nullable(),
  /** Exact two-sided signed-rank p; null for exact metrics and for fewer than 6 rounds. */
  p: z.number().nullable(),
  verdict: z.enum(['better', 'worse', 'equal', 'unsure', 'not judged']),
})
export type Comparison = z.infer<typeof comparisonSchema>

export const claimResultSchema = z.object({
  id: z.string(),
  /** The article's assertion, one sentence. */
  text: z.string(),
  verdict: z.enum(['supported', 'refuted', 'depends', 'open', 'not measured']),
  why: z.string(),
  /** Sentences with numbers, intervals and units. */
  evidence: z.array(z.string()),
})
export type ClaimResult = z.infer<typeof claimResultSchema>

export const findingSchema = z.object({
  kind: z.string(),
  severity: z.enum(['info', 'warning']),
  sentence: z.string(),
  /** What to do about it; null where nothing is to be done. */
  advice: z.string().nullable(),
})
export type Finding = z.infer<typeof findingSchema>

export const runVerdictSchema = z.enum(['ok', 'invalid', 'inconclusive', 'partial', 'unjudged'])
export type RunVerdict = z.infer<typeof runVerdictSchema>

export const resultsSchema = z.object({
  schema: z.literal(RESULTS_SCHEMA_ID),
  run: z.object({
    id: z.string(),
    startedAt: z.iso.datetime(),
    finishedAt: z.iso.datetime(),
    seed: z.number().int(),
    profile: z.string(),
    git: z.object({ sha: z.string(), dirty: z.boolean() }).nullable(),
    partial: z.boolean(),
    /** Rounds were added once, because a gate was open after the planned ones. */
    extended: z.boolean(),
    /** The checkout that the changes are judged against; null where there is none. */
    base: z.object({ sha: z.string(), dirty: z.boolean() }).nullable(),
    authbench: z.string(),
    /** What to type to get this run again. */
    command: z.string(),
  }),
  environment: environmentSchema,
  /** Absent in files of earlier versions. */
  inputs: z.array(inputSchema).optional(),
  config: runConfigSchema,
  strategies: z.array(strategyInfoSchema),
  scenarios: z.array(scenarioInfoSchema),
  metrics: z.array(metricInfoSchema),
  summary: z.array(summarySchema),
  comparisons: z.array(comparisonSchema),
  /** Pooled latency, for charts: quantile in 0..1 to microseconds, expected statuses only. */
  spectra: z.array(
    z.object({
      strategy: z.string(),
      scenario: z.string(),
      params: paramsSchema,
      count: z.number().int(),
      points: z.array(z.object({ quantile: z.number(), us: z.number() })),
      /** Open loop only: from the write instead of the intended send time, at the same quantiles. */
      service: z.array(z.object({ quantile: z.number(), us: z.number() })).optional(),
    }),
  ),
  /** Requests of one kind in a load of several, pooled over the rounds; null where too few lie beyond the percentile. */
  cohorts: z
    .array(
      z.object({
        strategy: z.string(),
        scenario: z.string(),
        params: paramsSchema,
        cohort: z.string(),
        count: z.number().int(),
        p50: z.number().nullable(),
        p99: z.number().nullable(),
      }),
    )
    .default([]),
  /** Value of a metric per round, for strip charts and for whoever checks our statistics. */
  rounds: z.array(
    z.object({
      strategy: z.string(),
      arm: armSchema,
      scenario: z.string(),
      params: paramsSchema,
      metric: z.string(),
      values: z.array(z.object({ round: z.number().int(), position: z.number().int(), value: z.number() })),
    }),
  ),
  probes: z.array(
    z.object({
      strategy: z.string(),
      ownStatus: z.number().int(),
      anonymousStatus: z.number().int(),
      revokedStatus: z.number().int().nullable(),
    }),
  ),
  validity: z.object({
    verdict: runVerdictSchema,
    reasons: z.array(z.string()),
    checks: z.array(
      checkSchema.extend({
        strategy: z.string().nullable(),
        scenario: z.string().nullable(),
        cells: z.number().int(),
      }),
    ),
    cells: z.object({
      completed: z.number().int(),
      /** Attempts, those included that were measured again. */
      invalid: z.number().int(),
      /** Invalid ones that were measured again: the others are lost. Absent in older results. */
      repeated: z.number().int().optional(),
      failed: z.number().int(),
      interrupted: z.number().int(),
    }),
  }),
  /** A/A: the baseline against its twin. Metric id to ratio. */
  noise: z.record(z.string(), estimateSchema),
  /** Against the other checkout of the same run; empty where there is none. */
  changes: z.array(changeSchema),
  /** In the order in which they ran; absent: none did. */
  experiments: z.array(experimentResultSchema).optional(),
  /** Strategies that experiments started and no scenario loaded; absent: none. */
  tried: z.array(strategyInfoSchema).optional(),
  claims: z.array(claimResultSchema),
  findings: z.array(findingSchema),
  /** Credentials that were too large for a server; absent: none was. */
  refusals: z.array(refusalSchema).optional(),
  /** Absent where no store was moved away. */
  crossovers: z.array(crossoverSchema).optional(),
  /** Absent where no stores were filled at several distances. */
  frontier: frontierSchema.optional(),
  /** Absent where no handler had work to do. */
  handlerWork: handlerWorkSchema.optional(),
  /** The security checklist, where it was gone through. */
  conformance: z.array(conformanceRowSchema).optional(),
  /** Operations alone, measured by `authbench micro --with` on the machine of the run. */
  micro: microSchema.nullable().default(null),
})
export type Results = z.infer<typeof resultsSchema>
/** Everything that claims and findings are judged by. */
export type MeasuredResults = Omit<Results, 'claims' | 'findings' | 'micro'>
