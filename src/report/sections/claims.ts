import type { ClaimResult, Results } from '../../results/results.ts'
import type { Section } from '../model.ts'
import { CLAIMS_TITLE } from '../words/phrases.ts'

export const byVerdict = (claims: readonly ClaimResult[]) => ({
  judged: claims.filter(({ verdict }) => verdict !== 'not measured'),
  unmeasured: claims.filter(({ verdict }) => verdict === 'not measured'),
})

/** In the order of the article; claims that the run did not test come last. */
export function claimsSection({ claims }: Results): Section | null {
  if (claims.length === 0) return null
  const { judged, unmeasured } = byVerdict(claims)
  return {
    id: 'claims',
    title: CLAIMS_TITLE,
    blocks: [{ kind: 'claims', claims: [...judged, ...unmeasured] }],
  }
}
