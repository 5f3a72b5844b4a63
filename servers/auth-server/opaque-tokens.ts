import { hashOf, nameIn, newId, type SessionStore } from '../sessions/keeper.ts'

type Claims = Readonly<Record<string, unknown>>

/** Random tokens that say nothing; what they stand for is kept under their hash. */
export interface OpaqueTokens {
  issue(subject: string, claims: Claims): Promise<string>
  /** Null: unknown, expired or revoked. */
  claimsOf(token: string): Promise<Claims | null>
  revoke(token: string): Promise<void>
  revokeAll(subject: string): Promise<void>
}

export function opaqueTokens(store: SessionStore, now: () => number): OpaqueTokens {
  const isLive = ({ exp }: Claims) => typeof exp === 'number' && exp > now() / 1000

  return {
    async issue(subject, claims) {
      const owner = hashOf(subject)
      const token = store.adopt(owner, newId())
      const exp = Number(claims.exp)
      const value = JSON.stringify(claims)
      // What is over already is in no store any more, and none would take it.
      if (isLive(claims)) {
        await store.add({ name: nameIn(store, token), owner, value, expiresAt: exp, until: exp })
      }
      return token
    },
    async claimsOf(token) {
      const value = await store.get(nameIn(store, token))
      if (value === null) return null
      const claims: Claims = JSON.parse(value)
      // The store's expiry runs on the store's clock, and only promises to happen some time.
      return isLive(claims) ? claims : null
    },
    async revoke(token) {
      const name = nameIn(store, token)
      const value = await store.take(name)
      if (value === null) return
      const { sub }: Claims = JSON.parse(value)
      await store.forget(hashOf(String(sub)), name)
    },
    revokeAll: async (subject) => store.takeAll(hashOf(subject)),
  }
}
