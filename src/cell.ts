import { z } from 'zod'

export const paramsSchema = z.record(z.string(), z.union([z.number(), z.string()]))
export type Params = z.infer<typeof paramsSchema>

/** CPU time of one process inside the windows, in microseconds. */
export const processCpuSchema = z.object({
  /** The thread that runs JavaScript. */
  mainUs: z.number(),
  /** Garbage collection helpers, the libuv pool, the JIT compiler. */
  otherUs: z.number(),
  /** Runnable but not running: what other processes took from it. Null where the system does not tell. */
  runQueueUs: z.number().nullable(),
})
export type ProcessCpu = z.infer<typeof processCpuSchema>

/** One short window on one server. The cell is their sum. */
export const sliceSchema = z.object({
  seconds: z.number().positive(),
  /** Responses with the expected status that arrived inside the window. */
  requests: z.number().int(),
  server: processCpuSchema,
  generator: processCpuSchema,
  redisUs: z.number().nullable(),
  meanLatencyUs: z.number(),
  /** At the end of the window connections wait for the slowest one: that time, summed over connections. */
  idleUs: z.number(),
  machine: z
    .object({ totalUs: z.number(), busyUs: z.number(), stealUs: z.number() })
    .nullable()
    .describe('all processors together, from /proc/stat'),
})
export type Slice = z.infer<typeof sliceSchema>

export const loadSampleSchema = z.object({
  engine: z.string(),
  connections: z.number().int().positive(),
  slices: z.array(sliceSchema).min(1),
  /** Microseconds, HDR V2 compressed base64; expected statuses inside the windows only. */
  latencyHdr: z.string(),
  /** Every response inside the windows, whatever its status: what store counters are divided by. */
  responses: z.number().int(),
  /** Bytes that the generator wrote to its sockets for exactly those responses. */
  requestBytes: z.number().int(),
  /** HTTP status to count, every response inside the windows. */
  statuses: z.record(z.string(), z.number().int()),
  errors: z.number().int(),
  timeouts: z.number().int(),
  reconnects: z.number().int(),
})
export type LoadSample = z.infer<typeof loadSampleSchema>

/** Counters of the Redis server over the whole cell, the harness's own commands taken out. */
export const storeUseSchema = z.object({
  commands: z.record(z.string(), z.number().int()),
  bytesIn: z.number().int(),
  bytesOut: z.number().int(),
})
export type StoreUse = z.infer<typeof storeUseSchema>

/** What one hand-sent request showed before anything was timed. */
export const probeSchema = z.object({
  requestHeadBytes: z.number().int(),
  responseHeadBytes: z.number().int(),
  responseBodyBytes: z.number().int(),
  credentialBytes: z.number().int(),
  /** Status of the protected route: with an own credential, with none, and right after its logout. */
  ownStatus: z.number().int(),
  anonymousStatus: z.number().int(),
  revokedStatus: z.number().int(),
})
export type Probe = z.infer<typeof probeSchema>

export const checkSchema = z.object({
  id: z.string(),
  /** Measured, in the unit that the sentence names; null where it could not be measured. */
  value: z.number().nullable(),
  warnLimit: z.number().nullable(),
  invalidLimit: z.number().nullable(),
  outcome: z.enum(['ok', 'warn', 'invalid', 'unknown']),
  sentence: z.string(),
})
export type Check = z.infer<typeof checkSchema>

const cellKey = {
  strategy: z.string(),
  /** `main`, or `twin` for the second copy of the baseline that gives the A/A noise floor. */
  arm: z.enum(['main', 'twin']),
  scenario: z.string(),
  params: paramsSchema,
  /** From 0. The unit of replication. */
  round: z.number().int().nonnegative(),
  /** Place in the seeded order of the round, from 0. */
  position: z.number().int().nonnegative(),
  /** From 0. An invalid cell is measured again at the end of its round; the last attempt counts. */
  attempt: z.number().int().nonnegative(),
}

const measured = {
  ...cellKey,
  /** Requests that this server answered before its first slice, and how many it should have. */
  warmup: z.object({ requests: z.number().int().nonnegative(), wanted: z.number().int().nonnegative() }),
  startedAt: z.iso.datetime(),
  load: loadSampleSchema,
  store: storeUseSchema.nullable(),
  probe: probeSchema,
  checks: z.array(checkSchema),
}

/**
 * (strategy, scenario, params, round): all its slices together.
 * - `completed`: measured, and every check passed or only warned
 * - `invalid`: measured, and at least one check says the numbers cannot be trusted
 * - `interrupted`: the run ended in the middle of its slices; kept, never analysed
 * - `failed`: nothing was measured
 */
export const cellSchema = z.discriminatedUnion('state', [
  z.object({ state: z.literal('completed'), ...measured }),
  z.object({ state: z.literal('invalid'), ...measured }),
  z.object({ state: z.literal('interrupted'), ...measured }),
  z.object({
    state: z.literal('failed'),
    ...cellKey,
    error: z.object({ code: z.string(), message: z.string() }),
  }),
])
export type Cell = z.infer<typeof cellSchema>
export type CompletedCell = Extract<Cell, { state: 'completed' }>
