import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FromServer, ToServer } from '../../servers/messages.ts'
import type { ProcessCpu } from '../../src/cell.ts'
import { readSchedstat } from '../machine/schedstat.ts'
import type { Subject } from '../ports.ts'
import { Child } from './child.ts'

export const OWN_SERVERS = new URL('../../servers/main.ts', import.meta.url)
/** Nine servers start at once, on what may be two slow cores. */
const START_LIMIT_MS = 20_000
/** A thousand RSA signatures on a slow core take a few seconds. */
const ISSUE_LIMIT_MS = 60_000
const USAGE_LIMIT_MS = 3000

/** The server's folder is made, and removed, here. */
export type ServerInit = Omit<Extract<ToServer, { type: 'init' }>, 'type' | 'folder' | 'authServer'>

/** @throws AuthbenchError with the server's own code, CHILD_DIED or CHILD_SILENT; no process is left then. */
export async function startServerProcess(
  init: ServerInit,
  entry: URL,
  core: number | null,
  signal: AbortSignal,
): Promise<Subject> {
  const folder = await mkdtemp(join(tmpdir(), 'authbench-server-'))
  const child = new Child<ToServer, FromServer>(entry, `server '${init.strategy}'`, signal)
  const stop = async () => {
    await child.stop()
    await rm(folder, { recursive: true, force: true })
  }
  const usage = () => child.request({ type: 'usage' }, 'usage', USAGE_LIMIT_MS)
  try {
    const { port } = await child.request(
      { type: 'init', ...init, folder, authServer: null },
      'ready',
      START_LIMIT_MS,
    )
    return {
      pid: child.pid,
      origin: `http://127.0.0.1:${port}`,
      async issue(subjects) {
        return (await child.request({ type: 'issue', subjects }, 'issued', ISSUE_LIMIT_MS)).credentials
      },
      async readCpu(): Promise<ProcessCpu> {
        const cpu = child.gone ? null : readSchedstat(child.pid)
        if (cpu !== null) return cpu
        const { userUs, systemUs } = await usage()
        return { mainUs: userUs + systemUs, otherUs: 0, runQueueUs: null }
      },
      async assertAlive() {
        await usage()
      },
      pin: () => child.pin(core),
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}
