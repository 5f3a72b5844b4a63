import { z } from 'zod'

/** Of several credentials of one kind: HPACK writes characters with five bits or more, so that no two need weigh the same over HTTP/2. */
const spreadSchema = z.object({
  value: z.int().nonnegative(),
  least: z.int().nonnegative(),
  most: z.int().nonnegative(),
})
export type Spread = z.infer<typeof spreadSchema>

const bytesSchema = z.object({ up: spreadSchema, down: spreadSchema })

const requestSchema = z.object({
  kind: z.literal('request'),
  strategy: z.string(),
  /** In the claims of the token or session. */
  roles: z.int().nonnegative(),
  transport: z.enum(['bearer', 'cookie']),
  /** Credentials that were sent, each over a connection of its own. */
  samples: z.int().positive(),
  /** The answer to all of them, or the worst of the answers. */
  status: z.int(),
  credential: spreadSchema,
  http1: bytesSchema,
  /** On one connection, one after the other. */
  http2: z.object({ first: bytesSchema, repeated: bytesSchema }),
})
export type Request = z.infer<typeof requestSchema>

/** What TLS 1.3 adds to one record, whatever is in it. */
const tlsSchema = z.object({
  kind: z.literal('tls'),
  payload: z.int().positive(),
  up: z.int(),
  down: z.int(),
})

export const headersObservationSchema = z.discriminatedUnion('kind', [requestSchema, tlsSchema])
export type HeadersObservation = z.infer<typeof headersObservationSchema>
export type TlsRecord = z.infer<typeof tlsSchema>
