import { readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { SetupError } from './setup-error.mjs'

const POLL_MS = 200
const HEARTBEAT_MS = 2_000
/** A holder on another machine or in another container is only seen by its heartbeat. */
const STALE_MS = 30_000

/**
 * Only one set-up at a time works on this folder. The lock lies beside `node_modules`, not in it, because
 * `npm ci` empties that. A lock whose holder is dead is taken over.
 */
export async function withLock(root, say, work) {
  const path = join(root, '.setup.lock')
  const owner = JSON.stringify({ pid: process.pid, host: hostname() })
  for (let waited = false; !claim(path, owner); waited = true) {
    if (!waited) say('waiting for another set-up in this folder')
    await delay(POLL_MS)
  }
  const heartbeat = setInterval(() => touch(path), HEARTBEAT_MS)
  const release = () => rmSync(path, { force: true })
  const interrupt = (signal) => {
    release()
    process.exit(signal === 'SIGINT' ? 130 : 143)
  }
  process.on('SIGINT', interrupt)
  process.on('SIGTERM', interrupt)
  try {
    return await work()
  } finally {
    clearInterval(heartbeat)
    process.off('SIGINT', interrupt)
    process.off('SIGTERM', interrupt)
    release()
  }
}

function claim(path, owner) {
  try {
    writeFileSync(path, owner, { flag: 'wx' })
    return true
  } catch (error) {
    if (error.code !== 'EEXIST') {
      throw new SetupError(
        `There is something to install, but the project folder cannot be written to (${error.code}).`,
        'Run `npm ci` as the user who owns the folder, or clone the project to a folder of your own.',
      )
    }
  }
  if (isStale(path)) {
    // Moved before it is removed: of two that see the same stale lock only one can move it.
    const aside = `${path}.${process.pid}`
    try {
      renameSync(path, aside)
      rmSync(aside, { force: true })
    } catch (error) {
      if (error.code !== 'ENOENT') throw error
    }
  }
  return false
}

function isStale(path) {
  try {
    if (Date.now() - statSync(path).mtimeMs > STALE_MS) return true
    const { pid, host } = JSON.parse(readFileSync(path, 'utf8'))
    return host === hostname() && !isAlive(pid)
  } catch (error) {
    // Gone, or created this instant and not yet filled: neither is stale.
    if (error.code === 'ENOENT' || error instanceof SyntaxError) return false
    throw error
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

function touch(path) {
  const now = new Date()
  try {
    utimesSync(path, now, now)
  } catch {
    // Somebody removed the lock by hand; the work goes on.
  }
}
