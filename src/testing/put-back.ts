import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, vi } from 'vitest'

// The lock of a run is in the temporary folder: tests that hold it at the same time are in other workers.
const { TEST_FOLDER = '', VITEST_POOL_ID = '' } = process.env
const folder = join(TEST_FOLDER, VITEST_POOL_ID)
mkdirSync(folder, { recursive: true })
process.env.TMPDIR = folder

// Files share a process. `unstubEnvs` and `unstubGlobals` put back before the next test, and what a file does before its first test comes
// earlier.
afterEach(() => {
  vi.unstubAllEnvs()
  vi.unstubAllGlobals()
})
