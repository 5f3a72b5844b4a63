import { z } from 'zod'

export const environmentSchema = z.object({
  cpu: z.string(),
  cores: z.number().int(),
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
  cpuSource: z.enum(['schedstat', 'rusage']),
  packages: z.record(z.string(), z.string()),
})
export type Environment = z.infer<typeof environmentSchema>
