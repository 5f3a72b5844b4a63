// In this folder: pages over links: what is observed of them, what that is compared with, and the model of bytes and round trips.

import { z } from 'zod'

/** How a page is asked for: the protocol, and over HTTP/2 where the credential travels, which decides whether it is sent again. */
export const waySchema = z.enum(['http1', 'http2-bearer', 'http2-cookie'])

/** One page, from the first byte to the last. */
export const linksObservationSchema = z.object({
  /** Null: no link, the loopback as it is. */
  link: z.string().nullable(),
  strategy: z.string(),
  /** Null: the claims of the run. */
  roles: z.int().nullable(),
  way: waySchema,
  requests: z.int().positive(),
  start: z.enum(['cold', 'warm']),
  /** Pages of one repetition are compared with each other. */
  repetition: z.int().nonnegative(),
  milliseconds: z.number().positive(),
  /** Through the link; 0 where there is none. */
  upBytes: z.int().nonnegative(),
  downBytes: z.int().nonnegative(),
})
export type LinksObservation = z.infer<typeof linksObservationSchema>
export type Way = LinksObservation['way']
