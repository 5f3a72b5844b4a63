import type { Results } from '../../results/results.ts'
import type { Section } from '../model.ts'
import { CLAIMS_TITLE } from '../words/phrases.ts'

/** In the order of the article; claims that the run did not test come last. */
export function claimsSection({ claims }: Results): Section | null {
  if (claims.length === 0) return null
  const tested = (measured: boolean) =>
    claims.filter(({ verdict }) => (verdict !== 'not measured') === measured)
  return {
    id: 'claims',
    title: CLAIMS_TITLE,
    blocks: [{ kind: 'claims', claims: [...tested(true), ...tested(false)] }],
  }
}
