import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AuthbenchError } from '../src/errors.ts'

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/**
 * Two runs on one machine would measure each other.
 * @returns releases the lock
 * @throws AuthbenchError RUN_IN_PROGRESS
 */
export function lockMachine(folder: string = tmpdir()): () => void {
  const file = join(folder, 'authbench.lock')
  for (;;) {
    try {
      writeFileSync(file, String(process.pid), { flag: 'wx', mode: 0o644 })
      return () => rmSync(file, { force: true })
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    }
    const holder = Number(readFileSync(file, 'utf8'))
    if (holder > 0 && isAlive(holder)) {
      throw new AuthbenchError(
        'RUN_IN_PROGRESS',
        `another authbench run (process ${holder}) is measuring on this machine`,
        {
          next: `Wait until it ends: two runs would measure each other. If there is none, delete ${file}.`,
          exitCode: 3,
        },
      )
    }
    rmSync(file, { force: true })
  }
}
