import type { KeyValueStore } from '../contract.ts'
import type { SessionStore } from '../sessions/keeper.ts'
import { NO_TAGS } from './cluster/owner-tags.ts'

interface Owned {
  /** Few: a list weighs a quarter of a set, and there is one for each owner. */
  readonly names: readonly { readonly name: string; readonly until: number }[]
  readonly until: number
}

/**
 * Sessions in a store of this process, and beside it the index of their owners. Both drop what has expired from
 * the front at every write, so that neither grows for ever.
 */
export function memorySessions(
  store: KeyValueStore,
  now: () => number,
  index = new Map<string, Owned>(),
): SessionStore {
  const add: SessionStore['add'] = ({ name, owner, value, expiresAt, until }) => {
    const second = now() / 1000
    for (const [oldest, owned] of index) {
      if (owned.until > second) break
      index.delete(oldest)
    }
    const live = (index.get(owner)?.names ?? []).filter((entry) => entry.until > second)
    // To the end, where the youngest are.
    index.delete(owner)
    index.set(owner, { names: [...live, { name, until }], until })
    return store.set(name, value, Math.ceil(expiresAt - second))
  }

  return {
    adopt: NO_TAGS.adopt,
    get: (name) => store.get(name),
    add,
    async addMany(sessions) {
      for (const session of sessions) await add(session)
    },
    async take(name) {
      const value = await store.get(name)
      await store.delete(name)
      return value
    },
    forget(owner, name) {
      const owned = index.get(owner)
      if (owned === undefined) return
      const names = owned.names.filter((entry) => entry.name !== name)
      if (names.length === 0) index.delete(owner)
      else index.set(owner, { ...owned, names })
    },
    async takeAll(owner) {
      const owned = index.get(owner)
      index.delete(owner)
      for (const { name } of owned?.names ?? []) await store.delete(name)
    },
  }
}
