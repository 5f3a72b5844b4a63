// In this folder: sessions in any store, and a cache for servers that keep some of them near.

import { hash, randomBytes } from 'node:crypto'
import type { Identity, MaybePromise, StrategyDeps } from '../contract.ts'
import { NO_TAGS, type OwnerTags } from '../stores/cluster/owner-tags.ts'
import { otherSubject, otherText } from '../stores/filler-text.ts'

/** 256 bits: two of them never meet, and none is guessed. */
export const ID_BYTES = 32
export const ID_LENGTH = 43

export interface Session extends Identity {
  /** Seconds since the epoch. */
  readonly exp: number
}

/** A session as its store sees it. */
export interface StoredSession {
  /** Hash of the id: who reads the store cannot use what is in it. */
  readonly name: string
  /** Hash of the subject. */
  readonly owner: string
  readonly value: string
  /** Seconds since the epoch; later where uses move it. */
  readonly expiresAt: number
  /** Seconds since the epoch: uses move it no further than this. */
  readonly until: number
}

type Adopting = Pick<OwnerTags, 'adopt'>

/** Values by name, and for each owner the names that are its own: adopted, like the ids that they come from. */
export interface SessionStore extends Adopting {
  get(name: string): MaybePromise<string | null>
  /** The value and its place among its owner's, in one step: no logout everywhere can come between. */
  add(session: StoredSession): MaybePromise<void>
  addMany(sessions: Iterable<StoredSession>): Promise<void>
  /** Deletes; gives back what was there. */
  take(name: string): MaybePromise<string | null>
  /** After `take`. */
  forget(owner: string, name: string): MaybePromise<void>
  takeAll(owner: string): MaybePromise<void>
}

export interface SessionKeeper {
  /** The id of a new session. */
  start(subject: string): Promise<string>
  /** Of the session with this id. Null: it is no id of ours. */
  nameOf(credential: string | undefined): string | null
  end(name: string): Promise<void>
  endAll(subject: string): Promise<void>
  fill(entries: number): Promise<void>
}

interface Lifetime {
  readonly idleSeconds: number
  readonly absoluteSeconds: number
}

/** Starts and ends the sessions of a store. Reading them is what strategies differ in. */
export function sessionKeeper(
  store: SessionStore,
  { now, ttlSeconds, token }: Pick<StrategyDeps, 'now' | 'ttlSeconds' | 'token'>,
  { idleSeconds, absoluteSeconds }: Lifetime = { idleSeconds: ttlSeconds, absoluteSeconds: ttlSeconds },
): SessionKeeper {
  function stored(name: string, owner: string, subject: string): StoredSession {
    const second = Math.floor(now() / 1000)
    const until = second + absoluteSeconds
    const session: Session = { sub: subject, claims: token.claims, exp: until }
    return { name, owner, value: JSON.stringify(session), expiresAt: second + idleSeconds, until }
  }

  /** Random names are as good as hashes, and quicker to come by. */
  function* others(entries: number): Generator<StoredSession> {
    for (let made = 0; made < entries; made++) {
      const owner = otherText(ID_BYTES)
      yield stored(store.adopt(owner, otherText(ID_BYTES)), owner, otherSubject())
    }
  }

  return {
    async start(subject) {
      const owner = hashOf(subject)
      const id = store.adopt(owner, newId())
      await store.add(stored(nameIn(store, id), owner, subject))
      return id
    },
    nameOf: (credential) => nameOf(credential, store),
    async end(name) {
      const value = await store.take(name)
      if (value === null) return
      const { sub }: Session = JSON.parse(value)
      await store.forget(hashOf(sub), name)
    },
    endAll: async (subject) => store.takeAll(hashOf(subject)),
    fill: (entries) => store.addMany(others(entries)),
  }
}

/** The name under which the session of this id is stored; null when it is no id of ours. */
export function nameOf(credential: string | undefined, tags: Adopting = NO_TAGS): string | null {
  return credential?.length === ID_LENGTH ? nameIn(tags, credential) : null
}

/** The name under which what has this id is stored. */
export const nameIn = ({ adopt }: Adopting, id: string): string => adopt(id, hashOf(id))

/** What a store holds under a name, or null when there is nothing, or its time is over. */
export function liveSession(value: string | null, now: number): Session | null {
  if (value === null) return null
  const session: Session = JSON.parse(value)
  // The store's expiry runs on the store's clock, and only promises to happen some time.
  return session.exp > now / 1000 ? session : null
}

export const newId = () => randomBytes(ID_BYTES).toString('base64url')
export const hashOf = (text: string) => hash('sha256', text, 'base64url')
