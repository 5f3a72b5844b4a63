import type { KeyValueStore } from '../contract.ts'

interface Entry {
  readonly value: string
  /** Milliseconds since the epoch. */
  readonly expiresAt: number
}

/**
 * A store in this process. Expired entries go without timers: with one lifetime for all keys, insertion order is
 * expiry order, and every write drops the expired ones from the front. With mixed lifetimes an expired entry may
 * stay longer than it has to; it is never served.
 */
export function memoryStore(now: () => number, entries = new Map<string, Entry>()): KeyValueStore {
  function live(key: string): Entry | undefined {
    const entry = entries.get(key)
    return entry !== undefined && entry.expiresAt > now() ? entry : undefined
  }

  function set(key: string, value: string, ttlSeconds: number): void {
    for (const [oldest, entry] of entries) {
      if (entry.expiresAt > now()) break
      entries.delete(oldest)
    }
    // A key that is written again has to move to the end, which Map.set alone does not do.
    entries.delete(key)
    entries.set(key, { value, expiresAt: now() + ttlSeconds * 1000 })
  }

  return {
    get: (key) => live(key)?.value ?? null,
    getAndTouch(key, ttlSeconds) {
      const value = live(key)?.value ?? null
      if (value !== null) set(key, value, ttlSeconds)
      return value
    },
    exists: (key) => live(key) !== undefined,
    set,
    async setMany(many, ttlSeconds) {
      for (const [key, value] of many) set(key, value, ttlSeconds)
    },
    delete(key) {
      entries.delete(key)
    },
    async close() {
      entries.clear()
    },
  }
}
