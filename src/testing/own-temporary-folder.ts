import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Of the whole test run, with one for each worker in it. What the tests leave there is an error. */
export default function ownTemporaryFolder(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'ab '))
  process.env.TEST_FOLDER = folder
  return () => {
    const left = readdirSync(folder).flatMap((worker) => readdirSync(join(folder, worker)))
    rmSync(folder, { recursive: true, force: true })
    const ours = left.filter((name) => name.startsWith('authbench'))
    if (ours.length > 0) throw new Error(`tests left ${ours.join(', ')} in the temporary folder`)
  }
}
