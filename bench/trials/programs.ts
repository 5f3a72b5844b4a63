import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { findProgram } from '../../servers/process/find-program.ts'
import { findRedis } from '../../servers/process/redis-process.ts'
import type { Need } from './experiment.ts'

type Program = Exclude<Need, 'redis'>

const NAMES: Readonly<Record<Program, readonly string[]>> = {
  haproxy: ['haproxy'],
  chromium: ['chromium', 'chromium-browser', 'google-chrome'],
}
/** With which the user names another one. */
const VARIABLES: Readonly<Record<Program, string>> = {
  haproxy: 'HAPROXY_PATH',
  chromium: 'CHROMIUM_PATH',
}
/** Of a clone; the built package has none. */
const SETUP = new URL('../../scripts/setup.mjs', import.meta.url)

/** Where the program of a need is; null where this machine has none, or the one that the user names is none. */
export function programOf(need: Need): string | null {
  if (need === 'redis') return findRedis()
  const named = process.env[VARIABLES[need]] ?? ''
  return named === '' ? findProgram(NAMES[need]) : findProgram([resolve(named)], ['/'])
}

/** Has set-up install it, where that can be done without a password. Whether it is there then, `programOf` says. */
export async function installHaproxy(say: (line: string) => void, signal: AbortSignal): Promise<void> {
  const setup = fileURLToPath(SETUP)
  if (!existsSync(setup)) return
  const child = spawn(process.execPath, [setup, '--haproxy'], {
    stdio: ['ignore', 'ignore', 'pipe'],
    signal,
    // The package manager may need what the user's shell knows, such as a proxy.
    env: process.env,
  })
  createInterface({ input: child.stderr }).on('line', say)
  // Not there in the end is not wrong: an own balancer stands in.
  await once(child, 'close').catch(() => undefined)
}
