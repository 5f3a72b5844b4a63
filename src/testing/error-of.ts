import { AuthbenchError } from '../results/errors.ts'

/** What it throws; anything that is no error of ours is no answer. */
export function errorOf(work: () => unknown): AuthbenchError {
  try {
    work()
  } catch (error) {
    if (error instanceof AuthbenchError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}
