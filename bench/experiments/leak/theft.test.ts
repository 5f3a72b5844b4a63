import { expect, test } from 'vitest'
import type { Client, Held, Scene } from './scene.ts'
import { type Course, watchTheft } from './theft.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

interface World {
  /** Access tokens live as long. */
  readonly lifeMs: number
  readonly refreshes: boolean
  /** A logout ends the credential. */
  readonly revocable: boolean
  /** The credential works for the client that it was given to only. */
  readonly bound: boolean
}

/** One user; a credential is the moment at which it ends, a refresh token the number of its turn. */
function fakeScene({ lifeMs, refreshes, revocable, bound }: World): Scene {
  let now = 0
  let turn = 0
  let familyEnded = false
  let loggedOut = false
  const issued = new Map<string, Client>()
  const give = (client: Client): Held => {
    const held = {
      credential: `${now + lifeMs} ${issued.size}`,
      refreshToken: refreshes ? String(turn) : null,
    }
    issued.set(held.credential, client)
    return held
  }
  const isServed = (client: Client, { credential }: Held) =>
    Number(credential.split(' ')[0]) > now &&
    !(loggedOut && revocable) &&
    (!bound || issued.get(credential) === client)
  return {
    elapsedMs: () => now,
    moveTo(moment) {
      now = moment
    },
    async client() {
      const client: Client = {
        login: async () => give(client),
        isServed: async (held) => isServed(client, held),
        isServedSomehow: async (held) => isServed(client, held),
        async refresh({ refreshToken }) {
          if (refreshToken !== String(turn)) familyEnded = true
          if (familyEnded || loggedOut) return null
          turn += 1
          return give(client)
        },
        async logout() {
          loggedOut = true
        },
        lastProof: () => null,
      }
      return client
    },
  }
}

const TOKEN: World = { lifeMs: Number.POSITIVE_INFINITY, refreshes: false, revocable: false, bound: false }
const ROTATION: World = { ...TOKEN, lifeMs: 5 * MINUTE_MS, refreshes: true }
const watched = async (world: World, course: Partial<Course> = {}) => {
  const { worksMs, noticedMs } = await watchTheft(
    fakeScene(world),
    { id: 'id', title: 'Title' },
    {
      theft: '1 hour',
      takesRefreshToken: false,
      user: 'first',
      logsOut: true,
      promisedMs: null,
      ...course,
    },
  )
  return { worksMs, noticedMs }
}

test('a copy works until its expiry, and without one for as long as it is watched', async () => {
  expect(await watched({ ...TOKEN, lifeMs: HOUR_MS })).toEqual({ worksMs: HOUR_MS, noticedMs: null })
  expect(await watched({ ...TOKEN, lifeMs: 3650 * DAY_MS })).toEqual({
    worksMs: 3650 * DAY_MS,
    noticedMs: null,
  })
  expect(await watched(TOKEN)).toEqual({ worksMs: null, noticedMs: null })
})

test('a logout of the user ends it where the credential can be revoked, and shows nobody', async () => {
  const session = { ...TOKEN, lifeMs: 30 * DAY_MS, revocable: true }
  expect(await watched(session)).toEqual({ worksMs: 8 * HOUR_MS, noticedMs: null })
  expect(await watched(session, { logsOut: false })).toEqual({ worksMs: 30 * DAY_MS, noticedMs: null })
})

test('what the server refuses to the thief and grants to the user is noticed', async () => {
  expect(await watched({ ...TOKEN, lifeMs: HOUR_MS, bound: true })).toEqual({ worksMs: 0, noticedMs: 0 })
})

test('a refresh token that both use is noticed by whoever comes second, and not where the user stays away', async () => {
  const both = { takesRefreshToken: true }
  expect(await watched(ROTATION)).toEqual({ worksMs: 5 * MINUTE_MS, noticedMs: null })
  expect(await watched(ROTATION, both)).toEqual({ worksMs: 5 * MINUTE_MS, noticedMs: 5 * MINUTE_MS })
  expect(await watched(ROTATION, { ...both, user: 'second' })).toEqual({
    worksMs: 10 * MINUTE_MS,
    noticedMs: 5 * MINUTE_MS,
  })
  expect(await watched(ROTATION, { ...both, user: 'away', logsOut: false })).toEqual({
    worksMs: null,
    noticedMs: null,
  })
})
