import { resolve } from 'node:path'
import { findProgram } from '../../servers/process/find-program.ts'
import { findRedis } from '../../servers/process/redis-process.ts'
import type { Need } from './experiment.ts'

const NAMES: Readonly<Record<Exclude<Need, 'redis'>, readonly string[]>> = {
  haproxy: ['haproxy'],
  chromium: ['chromium', 'chromium-browser', 'google-chrome'],
}

/** Where the program of a need is; null where this machine has none, or the one that the user names is none. */
export function programOf(need: Need): string | null {
  if (need === 'redis') return findRedis()
  const { CHROMIUM_PATH: named = '' } = process.env
  return need === 'chromium' && named !== '' ? findProgram([resolve(named)], ['/']) : findProgram(NAMES[need])
}
