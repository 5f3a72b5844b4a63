import { expect, test } from 'vitest'
import { z } from 'zod'
import { testKeys } from '../../servers/testing/test-deps.ts'
import { experiment } from '../../src/experiments/experiment.ts'
import type { JournalEntry } from '../../src/experiments/journal.ts'
import { AuthbenchError } from '../../src/results/errors.ts'
import type { ExperimentContext, ExperimentRun } from './experiment.ts'
import { runExperiment } from './run-experiment.ts'

const LONG_MS = 60_000
const KEYS = testKeys()

/** Counts its observations, which are numbers. */
const meaning = {
  id: 'counting',
  ...experiment({
    title: 'Counting',
    question: 'How many?',
    observation: z.number(),
    analyse: (numbers) => ({ answer: [`${numbers.length} observed.`], figures: [], charts: [] }),
  }),
}

/** An experiment without servers; stages write down that they were left. */
async function tried(
  run: (context: ExperimentContext<unknown>, left: readonly string[]) => Promise<void>,
  options: Partial<Pick<ExperimentRun<unknown>, 'needs'>> & {
    readonly abort?: AbortController
    readonly append?: (entry: JournalEntry) => void
    /** What it takes to leave a stage. */
    readonly leaving?: () => Promise<unknown>
  } = {},
) {
  const { needs = [], abort = new AbortController(), append = () => undefined, leaving } = options
  const left: string[] = []
  const written: JournalEntry[] = []
  let stages = 0
  const result = await runExperiment(
    {
      meaning,
      effects: { needs, run: (context) => run(context, left) },
      strategies: [],
      seed: 1,
      count: 'smoke',
      command: 'npm run authbench -- run --scenarios counting',
    },
    {
      config: { transport: 'bearer', ttlSeconds: 60 },
      keys: await KEYS,
      token: { issuer: '', audience: '', otherAudiences: [], clientId: '', claims: {} },
      strategies: [],
      files: new Map(),
      signal: abort.signal,
      openStage(_props, signal) {
        const name = stages++ === 0 ? 'experiment' : 'trial'
        const none = () => Promise.reject(new Error('no world in this test'))
        return {
          stage: { signal, server: none, redis: none, folder: none, keep: none, defer: () => undefined },
          leave: async () => {
            await leaving?.()
            left.push(name)
          },
        }
      },
      find: () => null,
      append(entry) {
        append(entry)
        written.push(entry)
      },
      say: () => undefined,
    },
  )
  return { result, left, written }
}

const counted = (context: ExperimentContext<unknown>, value: number) =>
  context.trial({ limitMs: LONG_MS }, async () => value)

test('every observation is written before the next trial begins, and every stage is left', async () => {
  const seen: number[] = []
  const { result, left } = await tried(
    async (context) => {
      for (const value of [1, 2, 3]) {
        expect(seen).toHaveLength(value - 1)
        expect(await counted(context, value)).toBe(true)
      }
    },
    { append: (entry) => void (entry.type === 'observation' && seen.push(Number(entry.value))) },
  )
  expect(seen).toEqual([1, 2, 3])
  expect(result).toMatchObject({ trials: 3, void: 0, complete: true, ended: null, answer: ['3 observed.'] })
  expect(left).toEqual(['trial', 'trial', 'trial', 'experiment'])
})

test('a trial that throws, or is not done in time, is void and counted with its reason', async () => {
  const { result, left } = await tried(async (context) => {
    await counted(context, 1)
    expect(await context.trial({ limitMs: LONG_MS }, () => Promise.reject(new Error('it died')))).toBe(false)
    for (const _ of [1, 2]) await context.trial({ limitMs: 1 }, () => new Promise(() => undefined))
    await counted(context, 2)
  })
  expect(result).toMatchObject({
    trials: 2,
    void: 3,
    voidReasons: [
      { reason: 'it died', trials: 1 },
      { reason: 'not done within 1 ms', trials: 2 },
    ],
    complete: true,
  })
  expect(left.filter((name) => name === 'trial')).toHaveLength(5)
})

test('twenty void trials end it, and what was observed is kept', async () => {
  let tries = 0
  const { result } = await tried(async (context) => {
    await counted(context, 1)
    for (;;) {
      tries += 1
      await context.trial({ limitMs: LONG_MS }, () => Promise.reject(new Error('it died')))
    }
  })
  expect(tries).toBe(20)
  expect(result).toMatchObject({ trials: 1, void: 20, complete: false, answer: ['1 observed.'] })
  expect(result.ended).toContain('20 trials were void')
})

test('trials beside one that ends the experiment end with it, and are not counted', async () => {
  const { result, left } = await tried(async (context) => {
    const beside = context.trial({ limitMs: LONG_MS }, () => new Promise(() => undefined))
    const ending = async () => {
      for (;;) await context.trial({ limitMs: LONG_MS }, () => Promise.reject(new Error('it died')))
    }
    await Promise.all([beside, ending()])
  })
  expect(result).toMatchObject({ trials: 0, void: 20, complete: false })
  expect(left.filter((name) => name === 'trial')).toHaveLength(21)
})

test('an interruption ends a trial that hangs, leaves nothing, and keeps what was observed', async () => {
  const abort = new AbortController()
  const { result, left, written } = await tried(
    async (context) => {
      await counted(context, 1)
      await context.trial({ limitMs: LONG_MS }, () => {
        abort.abort()
        return new Promise(() => undefined)
      })
    },
    { abort },
  )
  expect(result).toMatchObject({ trials: 1, void: 0, complete: false, ended: 'It was interrupted.' })
  expect(left).toEqual(['trial', 'trial', 'experiment'])
  expect(written.map(({ type }) => type)).toEqual(['begin', 'observation'])
})

test('an experiment that hangs outside of its trials is left as well', async () => {
  const abort = new AbortController()
  const { result, left } = await tried(
    () => {
      abort.abort()
      return new Promise(() => undefined)
    },
    { abort },
  )
  expect(result.complete).toBe(false)
  expect(left).toEqual(['experiment'])
})

test.each(['an interruption', 'a failure'])(
  'after %s it ends when every trial has left its stage',
  async (how) => {
    const abort = new AbortController()
    const { left } = await tried(
      async (context) => {
        void context.trial({ limitMs: LONG_MS }, () => new Promise(() => undefined)).catch(() => undefined)
        if (how === 'a failure') throw new Error('it failed')
        abort.abort()
      },
      { abort, leaving: () => new Promise((resolve) => setImmediate(resolve)) },
    )
    expect(left).toEqual(['trial', 'experiment'])
  },
)

test('one that fails says why, and keeps what it observed', async () => {
  const { result } = await tried(async (context) => {
    await counted(context, 1)
    throw new AuthbenchError('REDIS_MISSING', 'there is no Redis', { next: '' })
  })
  expect(result).toMatchObject({ trials: 1, complete: false, ended: 'there is no Redis [REDIS_MISSING]' })
})

test('an observation that is none of its kind ends it: nothing that cannot be read is written', async () => {
  const { result, written } = await tried(async (context) => context.observe('one'))
  expect(result.complete).toBe(false)
  expect(written.map(({ type }) => type)).toEqual(['begin', 'end'])
})

test('without what it needs it does nothing and says so', async () => {
  const { result } = await tried(() => Promise.reject(new Error('it ran')), { needs: ['chromium'] })
  expect(result).toMatchObject({
    complete: true,
    trials: 0,
    notDone: ['This machine has no chromium: nothing was tried.'],
  })
})

test('a disk that takes no more ends it with its own error', async () => {
  const full = new AuthbenchError('OUT_NOT_WRITABLE', 'no space left', { next: '', exitCode: 3 })
  const trying = tried(async (context) => void (await counted(context, 1)), {
    append(entry) {
      if (entry.type === 'observation') throw full
    },
  })
  await expect(trying).rejects.toBe(full)
})
