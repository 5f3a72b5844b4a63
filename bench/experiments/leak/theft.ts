// In this folder: a credential in two hands, and the scene that a theft is watched in.

import type { LeakObservation, TheftId } from '../../../src/experiments/leak/observation.ts'
import type { Client, Held, Scene } from './scene.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
const YEAR_MS = 365 * DAY_MS
/** In the evening of the day. */
export const LOGOUT_MS = 8 * HOUR_MS
const WATCHED_MS = 20 * YEAR_MS
/** In a row, at moments that lie further and further apart: it does not come back. */
const REFUSALS = 3

const from = (first: number, last: number, step: number): readonly number[] =>
  Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, index) => first + index * step)

/** When the thief comes, since the theft: often at first, and at every limit that a credential has. */
const MOMENTS_MS: readonly number[] = [
  ...from(0, 2 * HOUR_MS, 5 * MINUTE_MS),
  ...from(3 * HOUR_MS, DAY_MS, HOUR_MS),
  ...from(2 * DAY_MS, 31 * DAY_MS, DAY_MS),
  ...from(60 * DAY_MS, 360 * DAY_MS, 30 * DAY_MS),
  ...from(YEAR_MS, WATCHED_MS, YEAR_MS),
]

/** What is copied, and what its user does. */
export interface Course {
  readonly theft: TheftId
  /** The refresh token as well, where there is one. */
  readonly takesRefreshToken: boolean
  /** `first`, `second`: at each moment, before or after the thief. */
  readonly user: 'first' | 'second' | 'away'
  readonly logsOut: boolean
  /** When the thief has to be refused at the latest; null: nobody promises that. */
  readonly promisedMs: number | null
}

/** Somebody with a copy of the credential, who refreshes it when it does not work any more. */
interface Party {
  readonly client: Client
  held: Held
  /** Logged out, or refused a refresh. */
  out: boolean
}

/** @returns whether there was a refresh, and it was refused */
async function renew(party: Party): Promise<boolean> {
  if (party.out || party.held.refreshToken === null) return false
  const next = await party.client.refresh(party.held)
  if (next === null) {
    party.out = true
    return true
  }
  party.held = next
  return false
}

export async function watchTheft(
  scene: Scene,
  { id, title }: { readonly id: string; readonly title: string },
  { theft, takesRefreshToken, user: order, logsOut, promisedMs }: Course,
): Promise<LeakObservation> {
  const owner = await scene.client()
  const held = await owner.login()
  if (!(await owner.isServed(held))) throw new Error('the user is not served with a new credential')
  const user: Party = { client: owner, held, out: order === 'away' }
  const thief: Party = {
    client: await scene.client(),
    held: takesRefreshToken ? held : { ...held, refreshToken: null },
    out: false,
  }
  let noticedMs: number | null = null
  let firstRefusalMs: number | null = null
  let loggedOutMs: number | null = null
  let refusals = 0
  let served = 0
  let asked = 0
  const notice = () => {
    noticedMs ??= scene.elapsedMs()
  }
  async function userActs(): Promise<void> {
    if (user.out) return
    if (await owner.isServed(user.held)) return
    // Not its last moment, its last access token: only a refresh tells that somebody else was there.
    if ((await renew(user)) && loggedOutMs === null) notice()
  }
  async function thiefActs(): Promise<boolean> {
    asked += 1
    const ok = () => thief.client.isServedSomehow(thief.held, owner.lastProof())
    if (await ok()) return true
    if (await renew(thief)) {
      if (!user.out) notice()
      return false
    }
    if (thief.held.refreshToken !== null && !thief.out) return ok()
    // With one and the same credential: the server tells them apart.
    const same = thief.held.credential === user.held.credential
    if (same && !user.out && (await owner.isServed(user.held))) notice()
    return false
  }
  for (const moment of MOMENTS_MS) {
    scene.moveTo(moment)
    if (order === 'first') await userActs()
    if (logsOut && moment >= LOGOUT_MS && loggedOutMs === null && !user.out) {
      if (await owner.isServed(user.held)) await owner.logout(user.held)
      loggedOutMs = moment
      user.out = true
    }
    if (await thiefActs()) {
      served += 1
      refusals = 0
      firstRefusalMs = null
    } else {
      refusals += 1
      firstRefusalMs ??= moment
    }
    if (order === 'second') await userActs()
    if (refusals >= REFUSALS) break
  }
  return {
    theft,
    subject: id,
    title,
    worksMs: firstRefusalMs,
    noticedMs,
    promisedMs,
    watchedMs: WATCHED_MS,
    logoutMs: loggedOutMs,
    served,
    asked,
  }
}
