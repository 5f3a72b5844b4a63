import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Of the whole test run: with it, a lock that no run beside the tests holds. What the tests leave in it is an error. */
export default function ownTemporaryFolder(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'ab '))
  process.env.TMPDIR = folder
  return () => {
    const left = readdirSync(folder).filter((name) => name.startsWith('authbench'))
    rmSync(folder, { recursive: true, force: true })
    if (left.length > 0) throw new Error(`tests left ${left.join(', ')} in the temporary folder`)
  }
}
