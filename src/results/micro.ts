import { z } from 'zod'
import { medianEstimate } from '../stats/order-statistic.ts'
import { type Environment, environmentSchema } from './environment.ts'
import { type Estimate, estimateSchema } from './estimate.ts'
import type { Input } from './inputs.ts'

export const MICRO_SCHEMA_ID = 'authbench/micro@1'

const microKindSchema = z.enum(['verify', 'sign', 'hash', 'store'])
export type MicroKind = z.infer<typeof microKindSchema>

/** What is known of a task before it is measured. */
const taskInfoSchema = z.object({
  /** `verify jwt-hs256`, `redis get x16`. */
  id: z.string(),
  kind: microKindSchema,
  title: z.string(),
  /** Null: no strategy's own code. */
  strategy: z.string().nullable(),
  library: z.string().nullable(),
  /** Operations under way at any moment; the time of one is the elapsed time divided by all that were finished. */
  inFlight: z.int().positive(),
})
export type MicroTaskInfo = z.infer<typeof taskInfoSchema>

/** One process. Nanoseconds for each operation. */
const sampleSchema = z.object({
  round: z.int().min(0),
  /** Median over batches: a batch that the collector or a neighbour interrupted hardly moves it. */
  wallNs: z.number().positive(),
  /** All threads of the process, everything that happened meanwhile divided by the operations: the collector too. */
  cpuNs: z.number().min(0),
  operations: z.int().positive(),
  /** Operations timed together, so that what is timed is long against the step of the clock. */
  batch: z.int().positive(),
})
export type MicroSample = z.infer<typeof sampleSchema>

const taskSchema = taskInfoSchema.extend({
  metric: z.string(),
  unit: z.literal('ns/op'),
  wallNs: estimateSchema,
  cpuNs: estimateSchema,
  samples: z.array(sampleSchema).min(1),
})
export type MicroTaskResult = z.infer<typeof taskSchema>

export const microSchema = z.object({
  schema: z.literal(MICRO_SCHEMA_ID),
  run: z.object({
    id: z.string(),
    startedAt: z.iso.datetime(),
    finishedAt: z.iso.datetime(),
    seed: z.int().min(0),
    rounds: z.int().positive(),
    /** Names only, as in a run. */
    extraClaims: z.array(z.string()),
    /** Interrupted. */
    partial: z.boolean(),
    git: z.object({ sha: z.string(), dirty: z.boolean() }).nullable(),
    authbench: z.string(),
    command: z.string(),
  }),
  environment: environmentSchema,
  tasks: z.array(taskSchema),
  /** A task that fails is not tried again; what its earlier processes said stays. */
  failures: z.array(z.object({ id: z.string(), code: z.string(), reason: z.string() })),
})
export type Micro = z.infer<typeof microSchema>

/** One value per process, and the interval over processes. */
export function taskResult(info: MicroTaskInfo, samples: readonly MicroSample[]): MicroTaskResult {
  const estimate = (value: (sample: MicroSample) => number): Estimate => medianEstimate(samples.map(value))
  return {
    ...info,
    metric: `micro.${info.kind}`,
    unit: 'ns/op',
    wallNs: estimate(({ wallNs }) => wallNs),
    cpuNs: estimate(({ cpuNs }) => cpuNs),
    samples: [...samples],
  }
}

interface Compared {
  readonly environment: Environment
  readonly extraClaims: readonly string[]
  /** Undefined: not recorded. */
  readonly inputs?: readonly Input[] | undefined
}

/** What keeps operations measured here from explaining a run measured there; null where nothing does. */
export function differenceOf(micro: Compared, run: Compared): string | null {
  const [here, there] = [micro.environment, run.environment]
  if (here.cpu !== there.cpu || here.cores !== there.cores) return 'another machine'
  if (here.node !== there.node) return `another Node: ${here.node} instead of ${there.node}`
  if (here.nodeFlags.join(' ') !== there.nodeFlags.join(' ')) return 'other options of Node'
  if (packagesOf(here) !== packagesOf(there)) return 'other versions of the libraries'
  if (micro.extraClaims.join() !== run.extraClaims.join()) return 'other claims in the tokens'
  const [own, other] = [micro.inputs, run.inputs].map((inputs) =>
    inputs?.find(({ what }) => what === 'claims'),
  )
  return own === undefined || other === undefined || own.hash === other.hash
    ? null
    : 'other values of the claims in the tokens'
}

const packagesOf = ({ packages }: Environment): string =>
  Object.entries(packages)
    .map(([name, version]) => `${name}@${version}`)
    .sort()
    .join(' ')
