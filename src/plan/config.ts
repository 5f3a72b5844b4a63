// In this folder: what is decided before a run. Options become a config, and a config becomes rounds, orders, schedules and populations.

import { z } from 'zod'
import { AuthbenchError } from '../results/errors.ts'
import type { RunConfig } from '../results/results.ts'
import { LINK_NAMES, linkNamed } from '../worlds/links.ts'
import {
  handlerSchema,
  isSameWorld,
  USUAL_WORLD,
  type WorldPart,
  worldSchema,
  worldWith,
} from '../worlds/world.ts'
import { nearest } from './nearest-name.ts'
import { PROFILES, type Profile, type ProfileId, triedIn } from './profiles.ts'

const name = z.string().min(1)

/** What a user may say, on the command line or in `--config FILE`; all of it optional. */
export const optionsSchema = z.strictObject({
  profile: name.optional(),
  strategies: z.array(name).min(1).optional(),
  strategy: z.array(name).min(1).optional(),
  scenarios: z.array(name).min(1).optional(),
  rounds: z.number().int().min(1).max(1000).optional(),
  seed: z.number().int().min(0).max(0xffff_ffff).optional(),
  transport: name.optional(),
  handlerWait: handlerSchema.shape.waitMs.optional(),
  handlerCpu: handlerSchema.shape.cpuUs.optional(),
  handlerRow: name.optional(),
  roles: worldSchema.shape.roles.unwrap().optional(),
  storeRtt: worldSchema.shape.storeRttMs.unwrap().optional(),
  link: name.optional(),
  tls: z.boolean().optional(),
  connections: z.number().int().min(1).max(1000).optional(),
  window: z.number().int().min(50).max(10_000).optional(),
  pool: z.number().int().min(1).max(1_000_000).optional(),
  popularity: name.optional(),
  entries: z.array(z.number().int().min(0).max(1_000_000)).min(1).optional(),
  arrivals: name.optional(),
  slo: z.number().positive().max(60_000).optional(),
  against: name.optional(),
  gate: z.array(name).min(1).optional(),
  target: name.optional(),
  credentials: name.optional(),
  ca: name.optional(),
  header: z.array(name).min(1).optional(),
  method: name.optional(),
  body: name.optional(),
  iMayLoad: name.optional(),
  maxRate: z.number().min(1).max(1_000_000).optional(),
  redis: name.optional(),
  agents: z.number().int().min(1).max(100).optional(),
  host: name.optional(),
  joinFile: name.optional(),
  listen: name.optional(),
  out: name.optional(),
  claims: name.optional(),
})
export type Options = z.infer<typeof optionsSchema>

/** Editors find the schema by `$schema`. */
export const configFileSchema = optionsSchema.extend({ $schema: z.string().optional() })

/** What is there to choose from; handed in, because `src/` does not know the servers. */
export interface Choices {
  readonly strategies: readonly string[]
  /** Those that profiles of the everyday run when none are named. */
  readonly usual?: readonly string[]
  /** Those that the user brought, which are part of every run. */
  readonly added?: readonly string[]
  /** Endpoints of others, that our baseline says nothing about. */
  readonly alone?: readonly string[]
  readonly scenarios: readonly string[]
  /** Of each experiment the strategies that it is about; they are named among the scenarios. */
  readonly experiments?: Readonly<Record<string, readonly string[]>>
}

/** Seconds that a credential lives: the article's lower bound for access tokens, 10 minutes, times three. */
const TTL_SECONDS = 1800
const CONNECTIONS = 16
/** Connections of an open loop, unless the closed loop has more. */
const PACED_CONNECTIONS = 64
/** Milliseconds: what a person does not notice, and many times what an unloaded server takes. */
const SLO_MS = 25
/** Asking several machines for a window takes some tens of milliseconds of CPU: of a shorter one that is more than strangers may use. */
const FLEET_SLICE_MS = 400
/** Of a target on another machine, per second: what hardly any server that works would notice. */
export const USUAL_MAX_RATE = 100
export const BASELINE = 'none'

function choose(kind: string, value: string, valid: readonly string[], problems: string[]): void {
  if (valid.includes(value)) return
  const meant = nearest(value, valid)
  problems.push(
    `unknown ${kind} '${value}'${meant === null ? '' : `, did you mean '${meant}'?`} (valid: ${valid.join(', ')})`,
  )
}

const isProfile = (value: string): value is ProfileId => Object.hasOwn(PROFILES, value)
/** Words that options take, the default first. */
export const TRANSPORTS = ['bearer', 'cookie'] as const
export const METHODS = ['GET', 'POST'] as const
export const ARRIVALS = ['poisson', 'constant'] as const
export const ROWS = handlerSchema.shape.rows.options
export const POPULARITIES = ['cycle', 'uniform', 'zipf'] as const

const isOneOf = <Word extends string>(words: readonly Word[], value: string): value is Word =>
  words.some((word) => word === value)
const unique = (values: readonly string[]): string[] => [...new Set(values)]

/** `all` stands for every one; beside an endpoint of others only what is named. */
function chosenStrategies(
  { strategies: named, target }: Options,
  { strategies, usual = strategies, added = [], experiments = {} }: Choices,
  profile: ProfileId | null,
  experimentsAlone: readonly string[] | null,
): readonly string[] {
  if (named?.includes('all')) return strategies
  if (named !== undefined) return unique([...named, ...added])
  if (experimentsAlone !== null) {
    const about = (id: string) => experiments[id] ?? []
    const tried = experimentsAlone.flatMap((id) =>
      profile === null ? about(id) : triedIn(profile, about(id)),
    )
    return unique([...tried, ...added])
  }
  if (target !== undefined) return added
  const own: Profile['strategies'] = profile === null ? 'usual' : PROFILES[profile].strategies
  if (own === 'all') return strategies
  return unique([...(own === 'usual' ? usual : own), ...added])
}

/** What a profile runs; experiments are about our servers as they are, which is no question beside a target or another checkout. */
function offeredBy(
  profile: Profile | null,
  { scenarios, experiments = {} }: Choices,
  { target, against }: Options,
): readonly string[] {
  const loads = scenarios.filter((id) => profile?.scenarios.includes(id))
  const alone = target !== undefined || against !== undefined
  return profile?.experiments === 'all' && !alone ? [...loads, ...Object.keys(experiments)] : loads
}

/** Of a link or a place of rows that nobody knows nothing: that is told as a mistake. */
export function saidOfWorld({
  handlerWait,
  handlerCpu,
  handlerRow,
  roles,
  storeRtt,
  link,
  tls,
}: Options): WorldPart {
  const known = link === undefined ? null : linkNamed(link)
  const handler = {
    ...(handlerWait === undefined ? {} : { waitMs: handlerWait }),
    ...(handlerCpu === undefined ? {} : { cpuUs: handlerCpu }),
    ...(handlerRow === undefined || !isOneOf(ROWS, handlerRow) ? {} : { rows: handlerRow }),
  }
  return {
    ...(Object.keys(handler).length === 0 ? {} : { handler }),
    ...(roles === undefined ? {} : { roles }),
    ...(storeRtt === undefined ? {} : { storeRttMs: storeRtt }),
    ...(known === null ? {} : { link: known }),
    ...(tls === undefined ? {} : { tls }),
  }
}

/**
 * Complete, checked configuration. Reports every problem at once.
 * The baseline is always part of a run: without it there is neither a cost of authentication nor a noise floor. Against another
 * checkout the question is another one, and only what was asked for runs.
 * @throws AuthbenchError OPTIONS_INVALID
 */
export function resolveConfig(
  options: Options,
  choices: Choices,
  defaults: { readonly profile: ProfileId; readonly seed: number; readonly extraClaims: readonly string[] },
): RunConfig {
  const problems: string[] = []
  const profileId = options.profile ?? defaults.profile
  choose('profile', profileId, Object.keys(PROFILES), problems)
  const profile: Profile | null = isProfile(profileId) ? PROFILES[profileId] : null
  const loadsAndExperiments = [...choices.scenarios, ...Object.keys(choices.experiments ?? {})]
  const asked = unique(options.scenarios ?? offeredBy(profile, choices, options))
  const scenarios = asked.filter((id) => choices.scenarios.includes(id))
  const experiments = Object.keys(choices.experiments ?? {}).filter((id) => asked.includes(id))
  const strategies = chosenStrategies(
    options,
    choices,
    isProfile(profileId) ? profileId : null,
    scenarios.length === 0 ? experiments : null,
  )
  for (const strategy of strategies) choose('strategy', strategy, choices.strategies, problems)
  for (const each of asked) choose('scenario', each, loadsAndExperiments, problems)
  const transport = options.transport ?? TRANSPORTS[0]
  choose('transport', transport, TRANSPORTS, problems)
  if (options.method !== undefined) choose('method', options.method, METHODS, problems)
  const connections = options.connections ?? CONNECTIONS
  const arrivals = options.arrivals ?? ARRIVALS[0]
  choose('kind of arrivals', arrivals, ARRIVALS, problems)
  const popularity = options.popularity ?? POPULARITIES[0]
  choose('popularity', popularity, POPULARITIES, problems)
  const pool = options.pool ?? Math.max(profile?.pool ?? 1, connections)
  if (pool < connections) {
    problems.push(
      `a pool of ${pool} credentials cannot give ${connections} connections a credential of their own`,
    )
  }
  if (options.handlerRow !== undefined) choose('place of rows', options.handlerRow, ROWS, problems)
  if (options.link !== undefined) choose('link', options.link, LINK_NAMES, problems)
  const world = worldWith(USUAL_WORLD, saidOfWorld(options))
  const against = options.against !== undefined
  const compared = !against && scenarios.length > 0 && strategies.some((id) => !choices.alone?.includes(id))
  if (
    problems.length > 0 ||
    profile === null ||
    !isProfile(profileId) ||
    !isOneOf(TRANSPORTS, transport) ||
    !isOneOf(ARRIVALS, arrivals) ||
    !isOneOf(POPULARITIES, popularity)
  ) {
    throw new AuthbenchError('OPTIONS_INVALID', problems.join('\n'), {
      next: '`authbench run --help` shows the options, `authbench list` what there is to choose from.',
    })
  }
  return {
    profile: profileId,
    strategies: choices.strategies.filter((id) => strategies.includes(id) || (id === BASELINE && compared)),
    scenarios,
    ...(experiments.length === 0 ? {} : { experiments }),
    rounds: options.rounds ?? profile.rounds,
    seed: options.seed ?? defaults.seed,
    transport,
    connections,
    pool,
    popularity,
    ...(options.entries === undefined
      ? {}
      : { entries: [...new Set(options.entries)].sort((one, other) => one - other) }),
    ...(profile.timed === undefined ? {} : { timed: profile.timed }),
    slicesPerRound: profile.slicesPerRound,
    sliceMs:
      options.window ??
      (options.agents === undefined ? profile.sliceMs : Math.max(profile.sliceMs, FLEET_SLICE_MS)),
    pacedConnections: Math.min(pool, Math.max(connections, PACED_CONNECTIONS)),
    pacedSlicesPerRound: profile.pacedSlicesPerRound,
    pacedSliceMs: profile.pacedSliceMs,
    arrivals,
    sloMs: options.slo ?? SLO_MS,
    trialMs: profile.trialMs,
    against,
    warmupRequests: profile.warmupRequests,
    warmupLimitMs: profile.warmupLimitMs,
    ttlSeconds: TTL_SECONDS,
    ...(isSameWorld(world, USUAL_WORLD) ? {} : { world }),
    extraClaims: [...defaults.extraClaims],
  }
}
