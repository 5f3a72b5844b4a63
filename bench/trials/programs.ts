import { findProgram } from '../../servers/process/find-program.ts'
import { findRedis } from '../../servers/process/redis-process.ts'
import type { Need } from './experiment.ts'

const NAMES: Readonly<Record<Exclude<Need, 'redis'>, readonly string[]>> = {
  haproxy: ['haproxy'],
  chromium: ['chromium', 'chromium-browser', 'google-chrome'],
}

/** Where the program of a need is; null where this machine has none. */
export const programOf = (need: Need): string | null =>
  need === 'redis' ? findRedis() : findProgram(NAMES[need])
