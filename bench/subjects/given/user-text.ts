import { AuthbenchError, messageOf } from '../../../src/results/errors.ts'

/**
 * What `read` gives of a file that an option names.
 * @throws AuthbenchError with the code: it cannot be read
 */
export function readGiven<Content>(
  option: string,
  file: string,
  code: string,
  read: (file: string) => Content,
): Content {
  try {
    return read(file)
  } catch (error) {
    throw new AuthbenchError(code, `${option} ${file}: ${messageOf(error)}`, {
      next: 'Check the path and its permissions.',
      cause: error,
    })
  }
}

/** Lines with something on them, and where they are. */
export const linesOf = (text: string): readonly { readonly text: string; readonly number: number }[] =>
  text
    .split('\n')
    .map((line, index) => ({ text: line.trim(), number: index + 1 }))
    .filter(({ text: line }) => line !== '')
