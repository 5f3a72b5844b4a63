import { refreshesNeeded } from '../../../src/experiments/ttl/model.ts'
import type { TtlObservation } from '../../../src/experiments/ttl/observation.ts'
import type { Random } from '../../../src/plan/random.ts'
import type { StrategyInfo } from '../../../src/results/strategy-info.ts'
import { subjectName } from '../../load/http/probe.ts'
import type { ProvidedRedis } from '../../redis/provide.ts'
import type { Stage } from '../../trials/experiment.ts'
import { type Requests, requestsTo } from '../../trials/requests.ts'

const SECOND_MS = 1000
/** So that lives end a few times between two requests of nobody, and never in the middle of all of them. */
const REQUESTS_PER_LIFE = 5

export interface UsePlan {
  readonly lifeSeconds: number
  readonly users: number
  /** For how many lives users are there. */
  readonly lives: number
  readonly logouts: number
}

/** A server and its clock, in seconds since the experiment set it. */
interface Place {
  readonly client: Requests
  at(seconds: number): Promise<void>
}

async function startPlace(
  stage: Stage,
  { id }: StrategyInfo,
  redis: ProvidedRedis,
  ttlSeconds: number,
): Promise<Place> {
  const wish = { redis, transport: 'bearer', ttlSeconds, keyPrefix: `${id}:${ttlSeconds}:` } as const
  const server = await stage.server(id, wish)
  const client = requestsTo(server, 'bearer', 1)
  stage.defer(() => client.close())
  // A token counts whole seconds.
  const start = SECOND_MS * Math.floor(Date.now() / SECOND_MS)
  return {
    client,
    async at(seconds) {
      await server.stopClock?.(start + SECOND_MS * seconds)
    },
  }
}

/** Whole seconds, ascending, at which one user asks: independent of each other. */
export function momentsOf({ lifeSeconds, lives }: UsePlan, random: Random): readonly number[] {
  const moments: number[] = []
  const gap = () => (-Math.log1p(-random()) * lifeSeconds) / REQUESTS_PER_LIFE
  for (let at = gap(); at < lives * lifeSeconds; at += gap()) moments.push(Math.floor(at))
  return moments
}

/** Everybody asks with what they have, and refreshes when that is refused. */
async function countRefreshes(
  { client, at }: Place,
  moments: readonly (readonly number[])[],
  signal: AbortSignal,
): Promise<number> {
  await at(0)
  const pairs = await Promise.all(moments.map((_, user) => client.login(subjectName(user))))
  const events = moments
    .flatMap((own, user) => own.map((moment) => ({ moment, user })))
    .toSorted((one, other) => one.moment - other.moment)
  let refreshes = 0
  for (const { moment, user } of events) {
    signal.throwIfAborted()
    await at(moment)
    const status = await client.me(pairs[user]?.credential ?? '')
    if (status === 200) continue
    if (status !== 401) throw new Error(`a request was answered with ${status}`)
    const pair = await client.refresh(pairs[user]?.refreshToken ?? '')
    if (pair.status !== 200) throw new Error('a refresh was refused')
    if ((await client.me(pair.credential)) !== 200) throw new Error('a new token was refused')
    pairs[user] = pair
    refreshes += 1
  }
  return refreshes
}

/** Seconds from a logout at `since` until the token is refused; as many as asked for at most. */
async function acceptedFor(
  { client, at }: Place,
  credential: string,
  since: number,
  most: number,
): Promise<number> {
  let [accepted, refused] = [-1, most]
  while (refused - accepted > 1) {
    const middle = Math.floor((accepted + refused) / 2)
    await at(since + middle)
    const status = await client.me(credential)
    if (status === 200) accepted = middle
    else if (status === 401) refused = middle
    else throw new Error(`a request was answered with ${status}`)
  }
  return refused
}

async function logOutAt(
  place: Place,
  strategy: string,
  { lifeSeconds, ageSeconds, loginAt }: { lifeSeconds: number; ageSeconds: number; loginAt: number },
): Promise<TtlObservation> {
  const { client, at } = place
  await at(loginAt)
  const { credential, refreshToken } = await client.login(subjectName(0))
  await at(loginAt + ageSeconds)
  const status = await client.post('/logout', credential)
  if (status !== 204) throw new Error(`the logout was answered with ${status}`)
  const refreshed = (await client.refresh(refreshToken)).status === 200
  const acceptedSeconds = await acceptedFor(place, credential, loginAt + ageSeconds, 2 * lifeSeconds)
  return { kind: 'logout', strategy, lifeSeconds, ageSeconds, acceptedSeconds, refreshed }
}

/** Users of one strategy whose access tokens live so long: how often they refresh, and what a logout leaves. */
export async function useOf(
  stage: Stage,
  info: StrategyInfo,
  redis: ProvidedRedis,
  plan: UsePlan,
  random: Random,
): Promise<readonly TtlObservation[]> {
  const { lifeSeconds, users, lives, logouts } = plan
  const place = await startPlace(stage, info, redis, lifeSeconds)
  const moments = Array.from({ length: users }, () => momentsOf(plan, random))
  const refreshes = await countRefreshes(place, moments, stage.signal)
  const observations: TtlObservation[] = [
    {
      kind: 'use',
      strategy: info.id,
      lifeSeconds,
      gapSeconds: lifeSeconds / REQUESTS_PER_LIFE,
      users,
      usedSeconds: lives * lifeSeconds,
      requests: moments.flat().length,
      refreshes,
      needed: moments.reduce((sum, own) => sum + refreshesNeeded(own, lifeSeconds), 0),
    },
  ]
  for (let logout = 0; logout < logouts; logout += 1) {
    // At equal distances, the middle of each: their mean is that of any age alike.
    const ageSeconds = Math.floor(((logout + 0.5) * lifeSeconds) / logouts)
    const loginAt = (lives + 3 * (logout + 1)) * lifeSeconds
    observations.push(await logOutAt(place, info.id, { lifeSeconds, ageSeconds, loginAt }))
  }
  return observations
}
