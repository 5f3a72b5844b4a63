import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Searched after PATH: an ordinary user's often lacks the `sbin` folders. Set-up looks in the same ones. */
const EXTRA_FOLDERS = ['/usr/sbin', '/usr/local/sbin', '/usr/local/bin', '/opt/homebrew/bin']

/** The first of the names that is found. Null: there is none on this machine. */
export function findProgram(
  names: readonly string[],
  folders: readonly string[] = usualFolders(),
): string | null {
  const candidates = names.flatMap((name) => folders.map((folder) => join(folder, name)))
  return candidates.find(isExecutable) ?? null
}

function usualFolders(): readonly string[] {
  return [...(process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== ''), ...EXTRA_FOLDERS]
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
