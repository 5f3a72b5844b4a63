import { setTimeout as pause } from 'node:timers/promises'
import { OK, UNAUTHORIZED, UNAVAILABLE } from '../../src/experiments/answers.ts'
import { subjectName } from '../load/http/probe.ts'
import type { Granted, Requests } from './requests.ts'

const POLL_MS = 20
/** A server that never recovers is not waited for. */
export const RECOVERY_LIMIT_MS = 10_000
/** Of a refresh token (RFC 6749 section 5.2). */
const INVALID_GRANT = 400
const NO_CONTENT = 204
/** Nobody's subject is anybody else's: a logout may end everything of one. */
let subjects = 0
export const newSubject = (): string => subjectName(subjects++)

/** The answer, once it says something about the user: on a busy machine a store can seem to be away. */
async function settled<Answer extends { readonly status: number }>(
  ask: () => Promise<Answer>,
  signal: AbortSignal,
): Promise<Answer> {
  const endMs = performance.now() + RECOVERY_LIMIT_MS
  for (;;) {
    signal.throwIfAborted()
    const answer = await ask()
    if (answer.status !== UNAVAILABLE || performance.now() > endMs) return answer
    await pause(POLL_MS, undefined, { signal })
  }
}

const judged = async (ask: () => Promise<number>, signal: AbortSignal): Promise<number> =>
  (await settled(async () => ({ status: await ask() }), signal)).status

/** New users, whose credentials are accepted. Two APIs may be one. */
export function loggedIn(
  entrance: Pick<Requests, 'login'>,
  core: Pick<Requests, 'me'>,
  count: number,
  signal: AbortSignal,
): Promise<readonly Granted[]> {
  return Promise.all(
    Array.from({ length: count }, async () => {
      const subject = newSubject()
      const granted = await settled(() => entrance.login(subject), signal)
      if (granted.status !== OK) throw new Error(`a login was answered with ${granted.status}`)
      const status = await judged(() => core.me(granted.credential), signal)
      if (status !== OK) throw new Error(`a new credential was answered with ${status}`)
      return granted
    }),
  )
}

/** Each with the next pair of tokens: from now on Redis knows the script that exchanges them, and the next refresh is one command. */
export const refreshed = (requests: Requests, users: readonly Granted[]): Promise<readonly Granted[]> =>
  Promise.all(
    users.map(async ({ refreshToken }) => {
      const granted = await requests.refresh(refreshToken)
      if (granted.status !== OK) throw new Error(`a refresh was answered with ${granted.status}`)
      return granted
    }),
  )

/** Resolves when all of them are refused. */
export async function loggedOut(
  requests: Requests,
  users: readonly Granted[],
  signal: AbortSignal,
): Promise<void> {
  await Promise.all(
    users.map(async ({ credential }) => {
      const status = await judged(() => requests.post('/logout', credential), signal)
      // The second, if the first was done and answered with 503.
      if (status !== NO_CONTENT && status !== UNAUTHORIZED)
        throw new Error(`a logout was answered with ${status}`)
      while ((await judged(() => requests.me(credential), signal)) !== UNAUTHORIZED)
        await pause(POLL_MS, undefined, { signal })
    }),
  )
}

/** The status. Once: a server that answered 503 may have exchanged the token, and takes a second try for the thief's. */
async function exchanged(requests: Pick<Requests, 'refresh'>, refreshToken: string): Promise<number> {
  const { status } = await requests.refresh(refreshToken)
  if (status === UNAVAILABLE) throw new Error(`a refresh was answered with ${status}, when Redis was back`)
  return status
}

/** How many have to log in again. A user stays as long as the refresh token works, or the credential where there is none. */
export async function countRefused(
  requests: Pick<Requests, 'me' | 'refresh'>,
  users: readonly Pick<Granted, 'credential' | 'refreshToken'>[],
  signal: AbortSignal,
): Promise<number> {
  const statuses = await Promise.all(
    users.map(({ credential, refreshToken }) =>
      refreshToken === '' ? judged(() => requests.me(credential), signal) : exchanged(requests, refreshToken),
    ),
  )
  return statuses.filter((status) => status === UNAUTHORIZED || status === INVALID_GRANT).length
}

export async function countAccepted(
  requests: Requests,
  users: readonly Granted[],
  signal: AbortSignal,
): Promise<number> {
  const statuses = await Promise.all(
    users.map(({ credential }) => judged(() => requests.me(credential), signal)),
  )
  return statuses.filter((status) => status === OK).length
}

/** Resolves with whether a login, sent now or later, gives a credential that is accepted. */
export async function recovered(
  entrance: Pick<Requests, 'login'>,
  core: Pick<Requests, 'me'>,
  signal: AbortSignal,
): Promise<boolean> {
  const endMs = performance.now() + RECOVERY_LIMIT_MS
  while (performance.now() < endMs) {
    signal.throwIfAborted()
    const { credential } = await entrance.login(newSubject()).catch(() => ({ credential: '' }))
    if (credential !== '' && (await core.me(credential).catch(() => null)) === OK) return true
    await pause(POLL_MS, undefined, { signal })
  }
  return false
}
