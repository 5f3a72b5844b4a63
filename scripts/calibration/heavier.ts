import type { AuthStrategy } from '../../servers/contract.ts'

/** Outlives its request, so that no compiler takes the allocation away. */
export const kept: { last: readonly number[] } = { last: [] }

/** An array of small numbers: its own head, that of its elements, and eight bytes each. */
const HEADS = 48
export const LEAST_BYTES = HEADS + 8

/** The strategy, but every verification allocates so many bytes more: a multiple of eight, at least `LEAST_BYTES`. */
export function heavier(strategy: AuthStrategy, bytes: number): AuthStrategy {
  const length = (bytes - HEADS) / 8
  return {
    ...strategy,
    async open(deps) {
      const authenticator = await strategy.open(deps)
      const verify = authenticator.verify.bind(authenticator)
      // In place: a copy has none of the methods that lie on a prototype.
      authenticator.verify = (credential, request) => {
        kept.last = new Array(length).fill(1)
        return verify(credential, request)
      }
      return authenticator
    },
  }
}
