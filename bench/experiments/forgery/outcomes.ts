// In this folder: hostile tokens, the libraries that they are shown to, and what comes of it.

import type { Attempts } from '../../../servers/conformance/formats/forger.ts'
import type { Verify } from './verifiers.ts'

export type Outcome = readonly [what: string, isAccepted: boolean]

export const isAccepted = (verification: Promise<unknown>): Promise<boolean> =>
  verification.then(
    () => true,
    () => false,
  )

/**
 * One after the other. Who asks where a token says has let in whoever made it, one address further on.
 * @param hits how often the address in tokens was asked so far
 */
export async function outcomesOf(
  verify: Verify,
  tokens: Attempts,
  hits: () => number,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = []
  for (const [what, hostile] of tokens) {
    const before = hits()
    const accepted = await isAccepted(verify(hostile))
    const isAsked = hits() > before
    outcomes.push([isAsked ? `${what}, which was asked for keys` : what, accepted || isAsked])
  }
  return outcomes
}
