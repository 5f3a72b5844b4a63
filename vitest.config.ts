import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{src,servers,bench,scripts}/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 30_000,
  },
})
