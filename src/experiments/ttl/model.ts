import type { Random } from '../../plan/random.ts'

const MINUTE = 60
const HOUR = 60 * MINUTE

/** From the shortest default of a provider to the longest. */
export const LIVES_SECONDS: readonly number[] = [1, 5, 10, 15, 30, 60, 240, 1440].map(
  (minutes) => minutes * MINUTE,
)

/** Whose access tokens live so long unless somebody changes it, by their documentation in 2026. */
export const DEFAULTS: ReadonlyMap<number, string> = new Map([
  [MINUTE, 'Clerk'],
  [5 * MINUTE, 'Keycloak'],
  [HOUR, 'Firebase, Okta, Supabase'],
  [24 * HOUR, 'Auth0'],
])

/** How often users ask while they are there. */
export const USES = [
  { id: 'background', title: 'background tab', requestsPerHour: 30 },
  { id: 'work', title: 'at work', requestsPerHour: 120 },
  { id: 'busy', title: 'busy page', requestsPerHour: 1200 },
] as const

/** CPU of a handler on top of the request itself: one that only identifies the user, and one that computes. */
export const HANDLERS_US = [0, 1000] as const

/**
 * Of a client that refreshes with the first request after its token has expired: from one refresh to the next it takes a life and, where
 * requests come independently of each other, the mean gap between two.
 */
export const refreshesPerHour = (lifeSeconds: number, requestsPerHour: number): number =>
  HOUR / (lifeSeconds + HOUR / requestsPerHour)

/**
 * Of the CPU that the requests of a user cost, what refreshing takes.
 * @param ratio CPU of one refresh over that of one request
 */
export function refreshShare(ratio: number, lifeSeconds: number, requestsPerHour: number): number {
  const refreshing = ratio * refreshesPerHour(lifeSeconds, requestsPerHour)
  return refreshing / (refreshing + requestsPerHour)
}

/** The life from which on refreshing takes at most that share: the inverse of `refreshShare`. 0 where no life is too short. */
export function lifeOfShare(ratio: number, share: number, requestsPerHour: number): number {
  const refreshes = (requestsPerHour * share) / (ratio * (1 - share))
  return Math.max(0, HOUR / refreshes - HOUR / requestsPerHour)
}

/** A thief, or a logout, comes at any age of the token alike. */
export const exposureOf = (lifeSeconds: number) => ({ mean: lifeSeconds / 2, max: lifeSeconds })

/** How often one user refreshes who asks at these moments, has logged in at 0, and whose tokens are refused at the end of their life. */
export function refreshesNeeded(moments: readonly number[], lifeSeconds: number): number {
  let since = 0
  let refreshes = 0
  for (const moment of moments) {
    if (moment - since < lifeSeconds) continue
    since = moment
    refreshes += 1
  }
  return refreshes
}

export interface Herd {
  readonly users: number
  readonly lifeSeconds: number
  readonly jitter: number
}

/** All log in within this time: after an outage, a release, or at nine o'clock. */
const LOGIN_SECONDS = MINUTE
/** Later lives are spread wider. */
const LIVES_OF_HERD = 5

/** Refreshes of the worst minute over those of an average one, of clients that refresh when a life is over. */
export function herdPeak({ users, lifeSeconds, jitter }: Herd, random: Random): number {
  const minutes = new Map<number, number>()
  for (let user = 0; user < users; user += 1) {
    let moment = random() * LOGIN_SECONDS
    for (let life = 0; life < LIVES_OF_HERD; life += 1) {
      moment += lifeSeconds * (1 + jitter * (2 * random() - 1))
      const minute = Math.floor(moment / MINUTE)
      minutes.set(minute, (minutes.get(minute) ?? 0) + 1)
    }
  }
  let peak = 0
  for (const refreshes of minutes.values()) peak = Math.max(peak, refreshes)
  return peak / ((users * MINUTE) / lifeSeconds)
}
