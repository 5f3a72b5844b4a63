import { z } from 'zod'

export const paramsSchema = z.record(z.string(), z.union([z.number(), z.string()]))
export type Params = z.infer<typeof paramsSchema>

/** CPU time of one process inside the windows, in microseconds. */
export const processCpuSchema = z.object({
  /** The thread that runs JavaScript. */
  mainUs: z.number(),
  /** Garbage collection helpers, the libuv pool, the JIT compiler, workers; threads and children that ended included. */
  otherUs: z.number(),
  /** Runnable but not running: what other processes took from it. Null where the system does not tell. */
  runQueueUs: z.number().nullable(),
  /** Threads or children ended unseen: so much of what they used may still be missing. Absent: nothing is. */
  lagUs: z.number().optional(),
  /** The kernel's sum over the process is less than its parts by so much. Absent: it is not. */
  contradictionUs: z.number().optional(),
})
export type ProcessCpu = z.infer<typeof processCpuSchema>

/** What a proxy of the run did inside a window: a distance to the store, or a link to the clients. */
export const waySchema = z.object({
  kind: z.enum(['store', 'link']),
  /** As asked. */
  roundTripMs: z.number(),
  /** How late deliveries were, microseconds, HDR V2 base64. */
  upLatenessHdr: z.string(),
  downLatenessHdr: z.string(),
  /** How far the rate was from what was asked, as a share; null where it was never busy, or none was asked. */
  rateOff: z.number().nullable(),
  cpuUs: z.number(),
})
export type Way = z.infer<typeof waySchema>

const machineTimeSchema = z
  .object({ totalUs: z.number(), busyUs: z.number(), stealUs: z.number() })
  .nullable()

/** What one load agent did in a window of several. */
export const agentWindowSchema = z.object({
  agent: z.string(),
  connections: z.number().int(),
  seconds: z.number(),
  responses: z.number().int(),
  meanLatencyUs: z.number(),
  idleUs: z.number(),
  /** Of an open loop, see `pacingSchema`. */
  inFlightUs: z.number().optional(),
  serviceUs: z.number().optional(),
  /** Of its generator. */
  cpu: processCpuSchema,
  /** Of its machine. */
  machine: machineTimeSchema,
  /** What CPU quotas of its control groups did; absent where none is shown. */
  throttled: z.object({ stops: z.number().int(), stoppedUs: z.number() }).optional(),
  /** Which machine it is on: the same word for the same one. */
  on: z.string().optional(),
  /** It shares the machine of the run, whose processors `machine` of the slice is about. */
  isHere: z.boolean(),
  /** It began so long after the first one, by clocks that are known to so much. */
  behindUs: z.number(),
  clockBoundUs: z.number(),
})
export type AgentWindow = z.infer<typeof agentWindowSchema>

/** One short window on one server. The cell is their sum. */
export const sliceSchema = z.object({
  seconds: z.number().positive(),
  /** Responses with the expected status that arrived inside the window. */
  requests: z.number().int(),
  /** Null where the system does not show the process. */
  server: processCpuSchema.nullable(),
  generator: processCpuSchema,
  redisUs: z.number().nullable(),
  /** CPU of the auth server beside the server: 0 where it has none, null where no server of the run has one. */
  authUs: z.number().nullable().optional(),
  /** Of JavaScript heap in the server; null or absent where it does not tell. */
  allocatedBytes: z.number().nullable().optional(),
  /** Resident memory of the server after the window; null or absent where the system does not show it. */
  rssBytes: z.number().nullable().optional(),
  /** Requests that were answered right before the window and are not measured; absent: none. */
  leadIn: z.number().int().optional(),
  meanLatencyUs: z.number(),
  /** At the end of the window connections wait for the slowest one: that time, summed over connections. */
  idleUs: z.number(),
  machine: machineTimeSchema.describe('all processors together, from /proc/stat'),
  /** What CPU quotas of control groups did inside the window; absent where none is shown. */
  throttled: z.object({ stops: z.number().int(), stoppedUs: z.number() }).optional(),
  /** Absent: everything is on one machine. */
  ways: z.array(waySchema).optional(),
  /** Processes that were not on the core of the plan; absent: all were. */
  displaced: z.array(z.enum(['server', 'load generator'])).optional(),
  /** Of all load agents; `generator` is their sum. Absent: the run loaded by itself. */
  agents: z.array(agentWindowSchema).optional(),
})
export type Slice = z.infer<typeof sliceSchema>

/** What a paced, open load shows beside its latencies. */
export const pacingSchema = z.object({
  schedule: z.enum(['poisson', 'constant']),
  /** Requests that the schedules of all slices held. */
  arrivals: z.number().int(),
  /** Requests per second, as scheduled and as sent. */
  targetRate: z.number(),
  achievedRate: z.number(),
  /** Requests that found no free connection when they were due, and the most that waited at once. */
  queued: z.number().int(),
  longestQueue: z.number().int(),
  /** From writing the request to the complete response; expected statuses only; HDR V2 base64, microseconds. */
  serviceHdr: z.string(),
  /** How late requests were written that found a free connection; HDR V2 base64, microseconds. */
  lagHdr: z.string(),
  /** Requests on the wire, integrated over time; and the sum of the times from write to response. For Little's law. */
  inFlightUs: z.number(),
  serviceUs: z.number(),
})
export type Pacing = z.infer<typeof pacingSchema>

/** Requests of one kind of credential inside a mixed load. */
export const cohortSchema = z.object({
  responses: z.number().int(),
  /** With the expected status. */
  requests: z.number().int(),
  latencyHdr: z.string(),
})
export type Cohort = z.infer<typeof cohortSchema>

/** Bytes: their sum over all responses, and what the smallest and the largest have. */
const sizesSchema = z.object({ sum: z.number().int(), least: z.number().int(), most: z.number().int() })
export type Sizes = z.infer<typeof sizesSchema>

export const loadSampleSchema = z.object({
  engine: z.string(),
  connections: z.number().int().positive(),
  slices: z.array(sliceSchema).min(1),
  /**
   * Microseconds, HDR V2 compressed base64; expected statuses inside the windows only. From the write in a closed loop, from the
   * intended send time in an open one.
   */
  latencyHdr: z.string(),
  /** Null in a closed loop. */
  pacing: pacingSchema.nullable(),
  /** By name; empty where all requests are of one kind. */
  cohorts: z.record(z.string(), cohortSchema),
  /** Every response inside the windows, whatever its status: what store counters are divided by. */
  responses: z.number().int(),
  /** Bytes that the generator wrote to its sockets for exactly those responses. */
  requestBytes: z.number().int(),
  /** Of every request that was answered and of the heads of the answers; absent in files of earlier versions. */
  sizes: z.object({ request: sizesSchema, responseHead: sizesSchema }).optional(),
  /** HTTP status to count, every response inside the windows. */
  statuses: z.record(z.string(), z.number().int()),
  errors: z.number().int(),
  timeouts: z.number().int(),
  /** Responses that nobody waited for; absent: none was looked for. */
  unasked: z.number().int().optional(),
  /** Connections that the server closed in order and that were opened again; earlier versions: that were lost. */
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
  /** Behind each head, also of every request of the load; absent: there is none. */
  requestBodyBytes: z.number().int().optional(),
  responseHeadBytes: z.number().int(),
  responseBodyBytes: z.number().int(),
  credentialBytes: z.number().int(),
  /** Status of the protected route: with an own credential, with none, and right after its logout. */
  ownStatus: z.number().int(),
  anonymousStatus: z.number().int(),
  /** Null: an endpoint of others, that is not logged out of. */
  revokedStatus: z.number().int().nullable(),
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

/**
 * - `main`: what is measured
 * - `twin`: the second copy of the baseline, which gives the A/A noise floor
 * - `base`: the same strategy from the other checkout, which a change is judged against
 */
export const armSchema = z.enum(['main', 'twin', 'base'])
export type Arm = z.infer<typeof armSchema>

const cellKey = {
  strategy: z.string(),
  arm: armSchema,
  scenario: z.string(),
  params: paramsSchema,
  /** From 0. The unit of replication. */
  round: z.number().int().nonnegative(),
  /** Place in the seeded order of the round, from 0. */
  position: z.number().int().nonnegative(),
  /** From 0. An invalid cell is measured again right after; the last completed attempt counts. */
  attempt: z.number().int().nonnegative(),
}

const measured = {
  ...cellKey,
  /**
   * Requests that this server answered before its first slice, and how many it should have. `converged`: its CPU per request
   * no longer fell at the end; null where that was not looked at.
   */
  warmup: z.object({
    requests: z.number().int().nonnegative(),
    wanted: z.number().int().nonnegative(),
    converged: z.boolean().nullable(),
  }),
  startedAt: z.iso.datetime(),
  load: loadSampleSchema,
  /** Result of a search for a rate: the highest that passed and the lowest that failed, 1/s; null where none was found. */
  search: z.object({ passed: z.number().nullable(), failed: z.number().nullable() }).nullable(),
  store: storeUseSchema.nullable(),
  /** Of the server's cache of verified credentials, inside the windows; null or absent where it has none. */
  cache: z.object({ hits: z.number().int(), misses: z.number().int() }).nullable().optional(),
  /**
   * Entries of others that were put into the store before the load, and what it grew by (null: that cannot be told); null or absent where none were.
   * `serverBytes` is what the server process grew by meanwhile, its garbage collected, where the store is another process.
   */
  fill: z
    .object({
      entries: z.number().int(),
      bytes: z.number().nullable(),
      serverBytes: z.number().optional(),
    })
    .nullable()
    .optional(),
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
    /** What the server answered to a credential as large as those of the point, after it had let in a smaller one: a result, and no trouble of the run. */
    refusal: probeSchema.optional(),
  }),
])
export type Cell = z.infer<typeof cellSchema>
/** Whether the answer of its server is what there is to know of it. */
export const isRefused = (cell: Cell): boolean => cell.state === 'failed' && cell.refusal !== undefined
export type CompletedCell = Extract<Cell, { state: 'completed' }>
