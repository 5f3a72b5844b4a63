// In this folder: the world that servers are loaded in, as data. What builds it is in `bench/worlds/` and `servers/http/`.

import { z } from 'zod'

/** What the handler of the protected read does once the request is let in, as an application would. */
export const handlerSchema = z.object({
  /** Time that it waits for something else, such as a slow service; other requests go on. */
  waitMs: z.number().min(0).max(1000),
  /** Time that it computes; nothing else goes on in the process. */
  cpuUs: z.number().min(0).max(100_000),
  /** Where it reads the row of the user from. */
  rows: z.enum(['none', 'redis', 'sqlite']),
})
export type Handler = z.infer<typeof handlerSchema>

/** What clients reach a server over, as a whole: its rate is shared by all connections. */
export const linkSchema = z.object({
  name: z.string(),
  upBitsPerSecond: z.number().positive(),
  downBitsPerSecond: z.number().positive(),
  roundTripMs: z.number().nonnegative(),
})
export type Link = z.infer<typeof linkSchema>

/** In what world servers are loaded. How credentials travel is `RunConfig.transport`: it is of the whole run. */
export const worldSchema = z.object({
  handler: handlerSchema,
  /** Names in the claim `roles` of every credential and session; null: the claims as they are. */
  roles: z.number().int().min(0).max(2000).nullable(),
  /** From servers to Redis and back, on top of the way there is. */
  storeRttMs: z.number().min(0).max(200).default(0),
  /** Null: the loopback. */
  link: linkSchema.nullable().default(null),
  /** Between clients and servers. Of the whole run: a server listens with it or without. */
  tls: z.boolean().default(false),
})
export type World = z.infer<typeof worldSchema>

/** What of a world a point of a scenario, or a user, says. */
export type WorldPart = Partial<Omit<World, 'handler'>> & { readonly handler?: Partial<Handler> }

/** An empty handler, the claims as they are, everything on one machine: that of every run that says nothing else. */
export const USUAL_WORLD: World = {
  handler: { waitMs: 0, cpuUs: 0, rows: 'none' },
  roles: null,
  storeRttMs: 0,
  link: null,
  tls: false,
}

/** What the part says, and of the rest what was. */
export const worldWith = (world: World, part: WorldPart): World => ({
  ...world,
  ...part,
  handler: { ...world.handler, ...part.handler },
})

/** Made by `worldWith`, so that the order of the parts is the same. */
export const isSameWorld = (one: World, other: World): boolean =>
  JSON.stringify(one) === JSON.stringify(other)

const PARTS = {
  'handler.waitMs': ({ handler }) => handler?.waitMs,
  'handler.cpuUs': ({ handler }) => handler?.cpuUs,
  'handler.rows': ({ handler }) => handler?.rows,
  roles: ({ roles }) => roles,
  storeRttMs: ({ storeRttMs }) => storeRttMs,
  link: ({ link }) => link,
  tls: ({ tls }) => tls,
} as const satisfies Record<string, (part: WorldPart) => unknown>
export type WorldPartName = keyof typeof PARTS

/** What the part says something about. */
export const saidBy = (part: WorldPart): readonly WorldPartName[] =>
  (Object.keys(PARTS) as WorldPartName[]).filter((name) => PARTS[name](part) !== undefined)
