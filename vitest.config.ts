import { availableParallelism } from 'node:os'
import { join, relative } from 'node:path'
import { configDefaults, defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

const ROOT = import.meta.dirname

/** What takes longest, begun first: begun last, it would go on alone on one core. A fresh clone knows no durations yet. */
const LONGEST = [
  'servers/conformance/strategies-late.test.ts',
  'servers/conformance/strategies.test.ts',
  'bench/run/pipeline.test.ts',
  'src/report/html/html.test.ts',
  'src/report/html/advice.test.ts',
  'bench/run/points.test.ts',
  'servers/conformance/check.test.ts',
  'bench/run/pipeline.real.test.ts',
  'bench/commands/micro.real.test.ts',
  'bench/main.real.test.ts',
  'scripts/setup.real.test.ts',
]

/** The program and its set-up as users start them, and whole runs of every kind: minutes of processor time, so a project of their own. */
const REAL_RUNS = ['{bench,scripts,servers}/**/*.real.test.ts']

const isShuffled = process.argv.some((word) => word.startsWith('--sequence.shuffle'))

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const known = LONGEST.indexOf(relative(ROOT, moduleId))
      return known === -1 ? LONGEST.length : known
    }
    return (await super.sort(files)).toSorted((one, other) => place(one) - place(other))
  }
}

export default defineConfig({
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'tests',
          include: ['{src,servers,bench,scripts}/**/*.test.ts'],
          exclude: [...REAL_RUNS, ...configDefaults.exclude],
        },
      },
      { extends: true, test: { name: 'real runs', include: REAL_RUNS } },
    ],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 50_000 } },
    // One more than there are cores: the security checklist mostly waits, for caches to end and for stores to be missed.
    maxWorkers: availableParallelism() + 1,
    sequence: isShuffled ? {} : { sequencer: LongestFirst },
    // To start a process and load fastify, zod and the rest for each file takes longer than most files do. A test that changes what is
    // shared, such as the environment or a clock, has to put it back.
    isolate: false,
    globalSetup: ['src/testing/own-temporary-folder.ts'],
    setupFiles: ['src/testing/put-back.ts'],
    // Of workers, and of the many processes that they start.
    env: { NODE_COMPILE_CACHE: join(ROOT, 'node_modules/.cache/authbench') },
  },
})
