import { MAX_CREDENTIAL_BYTES } from '../../../servers/contract.ts'
import { firstJsonProblem } from '../../../servers/user-files/json-position.ts'
import { AuthbenchError } from '../../../src/results/errors.ts'
import { readUserFile } from '../../store/user-file.ts'
import { linesOf, readGiven } from './user-text.ts'

/**
 * Never repeats what is in the file.
 * @throws AuthbenchError `CREDENTIALS_FILE_*`
 */
export function readCredentials(file: string | undefined): readonly string[] {
  if (file === undefined) {
    throw new AuthbenchError('CREDENTIALS_FILE_MISSING', '--target needs credentials that it accepts', {
      next: 'Give --credentials FILE: one in each line, or a JSON array of strings.',
    })
  }
  const text = readGiven('--credentials', file, 'CREDENTIALS_FILE_UNREADABLE', readUserFile)
  const credentials = text.trimStart().startsWith('[')
    ? fromJson(text, file)
    : linesOf(text).map((line) => line.text)
  if (credentials.length === 0) throw invalid(file, 'holds no credential')
  for (const [index, credential] of credentials.entries()) {
    const place = `credential ${index + 1} of ${credentials.length}`
    if (/^bearer\s/i.test(credential))
      throw invalid(file, `${place} begins with the word Bearer, which authbench adds itself: leave it out`)
    if (!/^[\x21-\x7e]+$/.test(credential))
      throw invalid(file, `${place} has characters that a header cannot carry`)
    if (credential.length > MAX_CREDENTIAL_BYTES)
      throw invalid(file, `${place} has ${credential.length} bytes`)
  }
  return credentials
}

function fromJson(text: string, file: string): readonly string[] {
  const found = firstJsonProblem(text)
  if (found !== null)
    throw invalid(file, `begins like a JSON array, but ${found.problem}: see line ${found.line}`)
  const value: unknown = JSON.parse(text)
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string')) {
    throw invalid(file, 'is not a JSON array of strings')
  }
  return value
}

function invalid(file: string, problem: string): AuthbenchError {
  return new AuthbenchError('CREDENTIALS_FILE_INVALID', `${file} ${problem}`, {
    next: 'It holds one credential in each line, or is a JSON array of strings.',
  })
}
