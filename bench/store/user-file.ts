import { mkdirSync, readFileSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

/** A claims file of this size would make tokens that no server takes. */
const LARGEST_BYTES = 16 * 2 ** 20

/**
 * What a file holds that the user named. Only what ends by itself is read: a pipe waits for its writer, and /dev/zero never ends.
 * @throws Error with what is wrong, to be told beside the file's name
 */
export function readUserBytes(path: string, largestBytes = LARGEST_BYTES): Buffer {
  const stat = statSync(path)
  if (stat.isDirectory()) throw new Error('it is a folder')
  if (!stat.isFile()) throw new Error('it is no regular file; write what it gives to one first')
  if (stat.size > largestBytes)
    throw new Error(`it has ${stat.size} bytes, more than ${largestBytes} are not read`)
  return readFileSync(path)
}

/** Its text, without a byte order mark. */
export const readUserFile = (path: string, largestBytes = LARGEST_BYTES): string =>
  readUserBytes(path, largestBytes)
    .toString('utf8')
    .replace(/^\uFEFF/, '')

/** A folder, and those above it. Node's own way spins for ever where a folder that exists refuses another in it, such as /proc. */
export function makeFolder(path: string): void {
  try {
    mkdirSync(path)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null
    if (code === 'EEXIST' && statSync(path).isDirectory()) return
    const above = dirname(path)
    if (code !== 'ENOENT' || above === path || isFolder(above)) throw error
    makeFolder(above)
    mkdirSync(path)
  }
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
