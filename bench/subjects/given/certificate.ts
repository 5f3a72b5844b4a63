import { X509Certificate } from 'node:crypto'
import { AuthbenchError, messageOf } from '../../../src/results/errors.ts'
import { readUserFile } from '../../store/user-file.ts'
import { readGiven } from './user-text.ts'

/** @throws AuthbenchError `CA_FILE_*` */
export function readCertificate(file: string): string {
  const text = readGiven('--ca', file, 'CA_FILE_UNREADABLE', readUserFile)
  // A file may hold a key beside them, which nobody else is to see.
  const certificates = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
  try {
    if (certificates.length === 0) throw new Error('it holds no certificate')
    for (const each of certificates) void new X509Certificate(each)
    return certificates.join('\n')
  } catch (error) {
    throw new AuthbenchError('CA_FILE_INVALID', `--ca ${file}: ${messageOf(error)}`, {
      next: 'It holds certificates in PEM, of the target itself or of who signed its own.',
      cause: error,
    })
  }
}
