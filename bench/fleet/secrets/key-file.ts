import { createPrivateKey, X509Certificate } from 'node:crypto'
import { AuthbenchError } from '../../../src/results/errors.ts'
import type { JoinFile } from './join-file.ts'
import { readSecret, writeSecret } from './secret-file.ts'

export const DEFAULT_KEY_FILE = 'authbench-fleet.key'

/** For its owner alone. */
export const writeKeyFile = (path: string, key: string): void => writeSecret(path, key, '--key-file')

/**
 * The key of the certificate in the join file. Never repeats what is in it.
 * @throws AuthbenchError KEY_FILE_UNREADABLE, KEY_FILE_OPEN, KEY_FILE_INVALID
 */
export function readKeyFile(path: string, { certificate }: Pick<JoinFile, 'certificate'>): string {
  const text = readSecret(path, {
    option: '--key-file',
    code: 'KEY_FILE',
    holds: 'a private key',
    next: '`authbench fleet new` writes one, beside its join file.',
  })
  if (!isKeyOf(text, certificate)) {
    throw new AuthbenchError('KEY_FILE_INVALID', `${path} is not the key of this join file`, {
      next: 'Use both files of one `authbench fleet new`.',
    })
  }
  return text
}

function isKeyOf(text: string, certificate: string): boolean {
  try {
    return new X509Certificate(certificate).checkPrivateKey(createPrivateKey(text))
  } catch {
    return false
  }
}
