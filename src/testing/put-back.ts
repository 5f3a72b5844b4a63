import { afterEach, vi } from 'vitest'

// Files share a process. `unstubEnvs` and `unstubGlobals` put back before the next test, and what a file does before its first test comes
// earlier.
afterEach(() => {
  vi.unstubAllEnvs()
  vi.unstubAllGlobals()
})
