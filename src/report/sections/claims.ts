import type { Results } from '../../results/results.ts'
import type { Section } from '../model.ts'

/** In the order of the article; claims that the run did not test come last. */
export function claimsSection({ claims }: Results): Section | null {
  if (claims.length === 0) return null
  const tested = (measured: boolean) =>
    claims.filter(({ verdict }) => (verdict !== 'not measured') === measured)
  return {
    id: 'claims',
    title: 'What the article claims',
    blocks: [{ kind: 'claims', claims: [...tested(true), ...tested(false)] }],
  }
}
