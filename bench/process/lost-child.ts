import { AuthbenchError } from '../../src/results/errors.ts'

/** A child that died or hangs is told under the code of what it was for; `next` says what that means for the run. */
export const lostAs =
  (code: string, next: string) =>
  async <T>(answer: Promise<T>): Promise<T> => {
    try {
      return await answer
    } catch (error) {
      if (!(error instanceof AuthbenchError) || !['CHILD_DIED', 'CHILD_SILENT'].includes(error.code))
        throw error
      throw new AuthbenchError(code, error.message, { next, exitCode: 3, cause: error })
    }
  }
