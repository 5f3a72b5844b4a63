import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { findRedis } from '../../servers/process/redis-process.ts'
import type { Need } from './experiment.ts'

/** Searched after PATH: an ordinary user's often lacks the `sbin` folders. */
const EXTRA_FOLDERS = ['/usr/sbin', '/usr/local/sbin', '/usr/local/bin', '/opt/homebrew/bin']

const NAMES: Readonly<Record<Exclude<Need, 'redis'>, readonly string[]>> = {
  haproxy: ['haproxy'],
  chromium: ['chromium', 'chromium-browser', 'google-chrome'],
}

/** Where the program of a need is; null where this machine has none. */
export function findProgram(need: Need): string | null {
  if (need === 'redis') return findRedis()
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...EXTRA_FOLDERS]
  const candidates = NAMES[need].flatMap((name) =>
    folders.filter((folder) => folder !== '').map((folder) => join(folder, name)),
  )
  return candidates.find(isExecutable) ?? null
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
