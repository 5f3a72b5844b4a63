import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{src,servers,bench,scripts}/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 30_000,
    // On two cores as well: the security checklist mostly waits, for caches to end and for stores to be missed.
    maxWorkers: Math.max(2, availableParallelism() - 1),
  },
})
