import { z } from 'zod'
import { paramsSchema } from './cell.ts'
import { estimateSchema } from './estimate.ts'
import { strategyInfoSchema } from './strategy-info.ts'

/** One number of an experiment. Exact where `low` and `high` are the value; `rounds` of the estimate are its trials. */
export const figureSchema = z.object({
  /** Of what is told, such as `lag.p99`; claims look it up. */
  id: z.string(),
  /** Of what is told, for a table: 'Lag, p99'. */
  title: z.string(),
  /** Id of a strategy, or of whatever else the number is about. */
  subject: z.string(),
  /** The subject, in words. */
  label: z.string(),
  /** Under what conditions; empty where there is one. */
  params: paramsSchema,
  unit: z.string(),
  estimate: estimateSchema,
})
export type Figure = z.infer<typeof figureSchema>

const toneSchema = z.enum(['good', 'bad', 'warn', 'muted', 'plain'])

/** `state` gives the colour. */
const rowShape = { label: z.string(), state: strategyInfoSchema.shape.state }
const chartShape = {
  /** Unique in the experiment, usable as a file name. */
  id: z.string(),
  title: z.string(),
  /** What is drawn and how to read it. */
  description: z.string(),
  unit: z.string(),
}

/** One bar per row with its interval; later segments are stacked on the first. */
const barsSchema = z.object({
  kind: z.literal('bars'),
  ...chartShape,
  rows: z.array(
    z.object({
      ...rowShape,
      segments: z.array(z.object({ name: z.string(), estimate: estimateSchema })).min(1),
    }),
  ),
  references: z.array(z.object({ value: z.number(), label: z.string() })),
})

/** One line per row; values above zero, on a logarithmic axis. */
const curvesSchema = z.object({
  kind: z.literal('curves'),
  ...chartShape,
  x: z.object({ title: z.string(), unit: z.string(), scale: z.enum(['linear', 'log']) }),
  rows: z.array(
    z.object({
      ...rowShape,
      /** Smallest x first. */
      points: z.array(z.object({ x: z.number(), estimate: estimateSchema })).min(1),
    }),
  ),
})

/** What each row was in, over time. */
const timelineSchema = z.object({
  kind: z.literal('timeline'),
  ...chartShape,
  states: z.array(z.object({ id: z.string(), name: z.string(), tone: toneSchema })),
  rows: z.array(
    z.object({
      ...rowShape,
      /** In the chart's unit; `state` is an id of `states`. */
      spans: z.array(z.object({ from: z.number(), to: z.number(), state: z.string() })),
    }),
  ),
  /** What was done to all of them, and when. */
  events: z.array(z.object({ at: z.number(), label: z.string() })),
})

export const experimentChartSchema = z.discriminatedUnion('kind', [barsSchema, curvesSchema, timelineSchema])
export type ExperimentChart = z.infer<typeof experimentChartSchema>

export const experimentTableSchema = z.object({
  caption: z.string(),
  /** Null: text. */
  columns: z.array(z.object({ title: z.string(), unit: z.string().nullable() })),
  rows: z.array(z.array(z.union([z.string(), estimateSchema]))),
  /** How to read it. */
  note: z.string(),
})
export type ExperimentTable = z.infer<typeof experimentTableSchema>

/** What the observations say. */
export const analysisSchema = z.object({
  /** Sentences with their numbers, intervals and units: what one reads first. */
  answer: z.array(z.string()),
  figures: z.array(figureSchema),
  /** Absent: one table of all figures. */
  tables: z.array(experimentTableSchema).optional(),
  charts: z.array(experimentChartSchema),
  /** Promises that were not kept, one sentence each; a run with one ends with exit code 1. */
  broken: z.array(z.string()).optional(),
})
export type Analysis = z.infer<typeof analysisSchema>

export const experimentResultSchema = analysisSchema.extend({
  id: z.string(),
  title: z.string(),
  question: z.string(),
  /** That gave an observation. */
  trials: z.number().int().nonnegative(),
  /** That were lost, and why. */
  void: z.number().int().nonnegative(),
  voidReasons: z.array(z.object({ reason: z.string(), trials: z.number().int().positive() })),
  /** It came to its end. */
  complete: z.boolean(),
  /** Why it did not; null where it did. */
  ended: z.string().nullable(),
  /** What this machine could not do, one sentence each. */
  notDone: z.array(z.string()),
  /** What to type to get it again. */
  command: z.string(),
})
export type ExperimentResult = z.infer<typeof experimentResultSchema>
