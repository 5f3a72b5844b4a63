import { AuthbenchError } from '../../../src/results/errors.ts'
import { formatBytes } from '../../../src/units.ts'
import { readUserBytes } from '../../store/user-file.ts'
import { readGiven } from './user-text.ts'

const LARGEST_BYTES = 64 * 1024
/** Each credential has a request of its own, which holds the body once more. */
const MOST_BYTES = 64 * 2 ** 20

/**
 * Sent as it is in the file; never repeated.
 * @param requests that differ in their credentials
 * @throws AuthbenchError `BODY_FILE_UNREADABLE`, `BODY_FILE_INVALID`
 */
export function readBody(file: string, requests: number): string {
  const bytes = readGiven('--body', file, 'BODY_FILE_UNREADABLE', (path) =>
    readUserBytes(path, LARGEST_BYTES),
  )
  if (bytes.length === 0) throw invalid(file, 'is empty', 'Leave --body out: a POST needs none.')
  if (bytes.length * requests > MOST_BYTES) {
    throw invalid(
      file,
      `has ${formatBytes(bytes.length)}, and ${requests} credentials make as many requests with it, more than ${formatBytes(MOST_BYTES)} in all`,
      'Give fewer credentials, or a smaller --pool.',
    )
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw invalid(file, 'is no text in UTF-8', 'Other bodies cannot be sent.')
  }
}

const invalid = (file: string, problem: string, next: string): AuthbenchError =>
  new AuthbenchError('BODY_FILE_INVALID', `--body ${file} ${problem}`, { next })
