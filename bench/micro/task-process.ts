import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Child } from '../process/child.ts'
import type { Measured } from './measure.ts'
import type { FromMicro, ToMicro } from './messages.ts'

const ENTRY = new URL('./main.ts', import.meta.url)
/** A thousand RSA signatures on a slow core, before anything is measured. */
const LIMIT_MS = 60_000

/**
 * Measures one task in a fresh process on the core of a server; the process is gone afterwards.
 * @throws AuthbenchError with the task's own code, CHILD_DIED or CHILD_SILENT
 */
export async function measureInProcess(
  order: Omit<ToMicro, 'type' | 'folder'>,
  core: number | null,
  signal: AbortSignal,
): Promise<Measured | null> {
  const folder = await mkdtemp(join(tmpdir(), 'authbench-micro-'))
  const child = new Child<ToMicro, FromMicro>(ENTRY, `task '${order.task}'`, signal)
  try {
    child.pin(core)
    return (await child.request({ type: 'measure', ...order, folder }, 'measured', LIMIT_MS)).measured
  } finally {
    await child.stop()
    await rm(folder, { recursive: true, force: true })
  }
}
