import { randomBytes } from 'node:crypto'
import { MAX_CREDENTIAL_BYTES } from '../../servers/contract.ts'
import type { CredentialKind } from '../../servers/server.ts'
import { drawMembers, type Popularity } from '../../src/plan/population.ts'
import { type Random, seededRandom } from '../../src/plan/random.ts'
import type { RunConfig } from '../../src/results/results.ts'
import type { StrategyInfo } from '../../src/results/strategy-info.ts'
import type { EngineRequest } from '../load/engine.ts'
import { protectedRequest, subjectName } from '../load/http/probe.ts'
import type { Scenario } from '../scenarios/scenario.ts'
import { targetRequest } from '../subjects/target.ts'
import type { Lane, RoundContext } from './lane.ts'

/**
 * What the credentials of a load are like.
 * - `valid`, `expired`, `revoked`: issued by the server itself
 * - `forged`: a valid one with one character of its end changed
 * - `unknown`: random characters in the shape of a valid one
 * - `oversized`: longer than a server looks at
 */
export type CohortName = CredentialKind | 'forged' | 'unknown' | 'oversized'

/** Whose credentials a load is made of. */
export interface Pool {
  /** Subjects. */
  readonly population: number
  readonly popularity: Popularity
  /** Shares of the requests, which sum to 1. With more than one kind each is a cohort. */
  readonly mix: Readonly<Partial<Record<CohortName, number>>>
}

/**
 * Of one server; drawn from the population before the load, and sent again from the start when all are used up. Of a million users by
 * Zipf's law these are some 26,000 different ones: were they fewer than a cache has entries, it would hit every time from the second lap on.
 */
const MOST_DRAWS = 65_536
const DRAWS_OF_EACH = 64
const DRAWS_TO_MEET_MOST = 3
/** Of each kind that is refused: one would be a cache's favourite. */
const REFUSED_OF_EACH = 200

/**
 * The requests of one server, in their order; one that comes again is the same object. Only who makes one gets a credential: a population
 * of a million is drawn from, not let in whole.
 */
export async function requestsFrom(
  pool: Pool,
  lane: Lane,
  { config, scenario }: Pick<RoundContext, 'config' | 'scenario'>,
): Promise<readonly EngineRequest[]> {
  const made = new Map<string, EngineRequest>()
  const request = (
    credential: string | null,
    judged: Pick<EngineRequest, 'cohort' | 'expectStatus'> = {},
  ) => {
    const key = `${judged.cohort} ${credential}`
    const known = made.get(key) ?? { ...readBy(lane, credential, { config, scenario }), ...judged }
    made.set(key, known)
    return known
  }
  // The same draws for every server.
  const random = seededRandom(config.seed)
  const members = drawMembers(pool.popularity, pool.population, drawsOf(pool, config.connections), random)
  if (lane.info.state === 'none') return members.map(() => request(null))
  const issue = async (names: readonly string[], kind?: CredentialKind) =>
    (await lane.server?.issue(names, kind)) ?? []
  const distinct = [...new Set(members)]
  const credentials = await issue(distinct.map((member) => subjectName(member + 1)))
  const valid = new Map(distinct.map((member, index) => [member, credentials[index] ?? '']))
  const kinds = kindsOf(pool, lane.info)
  if (kinds.length === 1) return members.map((member) => request(valid.get(member) ?? ''))
  const refused = await credentialsOf(
    kinds.map(([kind]) => kind),
    credentials,
    issue,
  )
  return members.map((member, index): EngineRequest => {
    const kind = drawKind(kinds, random)
    const others = refused.get(kind)
    const credential = others === undefined ? valid.get(member) : others[index % others.length]
    return request(credential ?? '', { cohort: kind, expectStatus: statusOf(kind, lane.info, scenario) })
  })
}

/** Of every point that has none of its own. */
export const poolOfRun = ({ pool, popularity }: Pick<RunConfig, 'pool' | 'popularity'>): Pool => ({
  population: pool,
  popularity,
  mix: { valid: 1 },
})

/**
 * How many of them it takes until a cache has met those that come again soon: everybody where they take turns, all but a twentieth where
 * each is as likely as the next (exp -3), and the whole load where the seldom ones are many.
 */
export const lapOf = (requests: readonly unknown[], { popularity, population }: Pool): number =>
  popularity === 'uniform' ? Math.min(requests.length, DRAWS_TO_MEET_MOST * population) : requests.length

/** The protected read; an endpoint of others has its own. */
export function readBy(
  { server }: Pick<Lane, 'server'>,
  credential: string | null,
  { config: { transport }, scenario: { route } }: Pick<RoundContext, 'config' | 'scenario'>,
): EngineRequest {
  return server?.read === undefined
    ? protectedRequest(transport, credential, route)
    : targetRequest(transport, credential, server.read)
}

/** Each connection needs one, and gets as many as the next. */
function drawsOf({ popularity, population }: Pool, connections: number): number {
  const wanted = popularity === 'cycle' ? population : population * DRAWS_OF_EACH
  return Math.max(connections, Math.min(wanted, MOST_DRAWS))
}

type Kinds = readonly (readonly [CohortName, number])[]

/**
 * When exactly a revocation takes effect that is only promised within a time, no status can be expected of: unknown credentials come
 * instead, so that as many of all requests are good as with every other strategy.
 */
function kindsOf({ mix }: Pool, { revocation }: StrategyInfo): Kinds {
  const { revoked = 0, unknown = 0, ...others } = mix
  const taken: Pool['mix'] =
    revocation.effect === 'within' && revoked > 0 ? { ...others, unknown: unknown + revoked } : mix
  return Object.entries(taken) as [CohortName, number][]
}

function drawKind(kinds: Kinds, random: Random): CohortName {
  const total = kinds.reduce((sum, [, share]) => sum + share, 0)
  let left = random() * total
  for (const [kind, share] of kinds) {
    left -= share
    if (left < 0) return kind
  }
  return 'valid'
}

const statusOf = (kind: CohortName, { revocation }: StrategyInfo, { expectStatus }: Scenario): number =>
  kind === 'valid' || (kind === 'revoked' && revocation.effect === 'at-expiry') ? expectStatus : 401

async function credentialsOf(
  kinds: readonly CohortName[],
  valid: readonly string[],
  issue: (names: readonly string[], kind: CredentialKind) => Promise<readonly string[]>,
): Promise<ReadonlyMap<CohortName, readonly string[]>> {
  const names = Array.from({ length: REFUSED_OF_EACH }, (_, index) => subjectName(index + 1))
  const templates = valid.slice(0, REFUSED_OF_EACH)
  const makers: Readonly<Record<CohortName, () => Promise<readonly string[]> | readonly string[] | null>> = {
    valid: () => null,
    expired: () => issue(names, 'expired'),
    revoked: () => issue(names, 'revoked'),
    forged: () => templates.map(withOtherEnd),
    unknown: () => templates.map(inShapeOf),
    oversized: () => ['A'.repeat(MAX_CREDENTIAL_BYTES + 1)],
  }
  const made = new Map<CohortName, readonly string[]>()
  for (const kind of kinds) {
    const credentials = await makers[kind]()
    if (credentials !== null) made.set(kind, credentials)
  }
  return made
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const FROM_END = 10

/** Not the last character, which a server may refuse by its spelling alone. */
export function withOtherEnd(credential: string): string {
  const place = credential.length - FROM_END
  const other = ALPHABET[(ALPHABET.indexOf(credential.charAt(place)) + 1) % ALPHABET.length] ?? 'A'
  return credential.slice(0, place) + other + credential.slice(place + 1)
}

/** As long, with its dots. */
export function inShapeOf(credential: string): string {
  const noise = randomBytes(credential.length)
  return credential.replaceAll(/[^.]/g, (_, place: number) => ALPHABET[(noise[place] ?? 0) % 64] ?? 'A')
}
