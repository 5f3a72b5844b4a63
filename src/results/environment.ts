import { z } from 'zod'

export const environmentSchema = z.object({
  cpu: z.string(),
  cores: z.number().int(),
  /** CPU quota of the container, in cores; absent or null where none can be seen. */
  quotaCores: z.number().positive().nullable().optional(),
  /** Not all groups that may have a quota could be seen: the container's own, or those around it. */
  quotaHidden: z.boolean().optional(),
  /** The processors that may be used, as `0-3,8`; absent or null where the system does not tell. */
  cpuset: z.string().nullable().optional(),
  /** What `authbench doctor` would have said against measuring here. */
  warnings: z.array(z.string()).optional(),
  memoryBytes: z.number(),
  platform: z.string(),
  kernel: z.string(),
  node: z.string(),
  v8: z.string(),
  /** Of servers and generator. */
  nodeFlags: z.array(z.string()),
  redis: z.string().nullable(),
  /** `own`: started and stopped by the run; `given`: the user's. Never its URL. */
  redisOrigin: z.enum(['own', 'given']).nullable(),
  lockfileHash: z.string().nullable(),
  pinning: z.object({
    server: z.number().int().nullable(),
    redis: z.number().int().nullable(),
    generator: z.number().int().nullable(),
    /** In words, for the report: which core runs what, or why nothing is pinned. */
    sentence: z.string(),
  }),
  /** The user's endpoint: where connections went, and the processes whose CPU time was counted; absent: there is none. */
  target: z
    .object({
      address: z.string(),
      processes: z.array(z.object({ pid: z.number().int(), name: z.string() })),
      /** It was not on the loopback: the host that the user may load, and the requests per second that it got at most. */
      remote: z.object({ host: z.string(), maxRate: z.number().positive() }).optional(),
      /** Absent: GET. */
      method: z.enum(['GET', 'POST']).optional(),
      /** Names of those that the user added to each request; their values may be secrets. */
      headers: z.array(z.string()).optional(),
      /** Of each request; absent: it has none. */
      bodyBytes: z.number().int().optional(),
    })
    .optional(),
  /** Machines that loaded, in place of this one; absent: it did by itself. */
  agents: z
    .array(
      z.object({
        name: z.string(),
        cores: z.number().int(),
        cpu: z.string(),
        kernel: z.string(),
        /** It is this machine. */
        isHere: z.boolean(),
      }),
    )
    .optional(),
  cpuSource: z.enum(['schedstat', 'rusage']),
  /** Names of the variables that servers and generator were given; absent in files of earlier versions: all there were. */
  variables: z.array(z.string()).optional(),
  /** Absent in files of earlier versions. */
  redisProduct: z.enum(['Redis', 'Valkey']).nullable().optional(),
  redisTls: z.boolean().optional(),
  /** Of a Redis Cluster; absent: a single server. */
  redisMasters: z.number().int().positive().optional(),
  /** Connected to its masters: what they acknowledge is in the bytes; absent: none. */
  redisReplicas: z.number().int().positive().optional(),
  /** Of the fleet, where the servers were, or the target whose CPU was read there; absent: on this machine. */
  host: z.string().optional(),
  packages: z.record(z.string(), z.string()),
})
export type Environment = z.infer<typeof environmentSchema>

/** Runs on machines with the same key can be drawn as one line. */
export const machineKey = ({ cpu, cores, node }: Pick<Environment, 'cpu' | 'cores' | 'node'>): string =>
  `${cpu}|${cores}|${node.split('.')[0]}`
