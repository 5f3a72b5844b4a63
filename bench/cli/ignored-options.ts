import { AuthbenchError } from '../../src/results/errors.ts'

interface Ignored {
  readonly when: boolean
  readonly message: string
  /** What makes sense of it. */
  readonly next: string
}

/**
 * An option that beside the others would change nothing is a mistake: whoever gives it takes the result for something else.
 * @throws AuthbenchError OPTIONS_INVALID, with all of them
 */
export function refuseIgnored(combinations: readonly Ignored[]): void {
  const ignored = combinations.filter(({ when }) => when)
  if (ignored.length === 0) return
  throw new AuthbenchError('OPTIONS_INVALID', ignored.map(({ message }) => message).join('\n'), {
    next: ignored.map(({ next }) => next).join('\n'),
  })
}
