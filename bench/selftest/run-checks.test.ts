import { describe, expect, it } from 'vitest'
import { type Check, judged, shown } from './check.ts'
import type { Disturbance } from './disturbance.ts'
import { exitCodeOf, type Result, runChecks } from './run-checks.ts'
import { fakeContext } from './testing/fake-context.ts'

const QUIET: Disturbance = { steal: 0, foreign: 0.02 }
const BUSY: Disturbance = { steal: 0, foreign: 0.4 }

/** Measures these one after the other; 0 is right. */
function checkOf(
  timed: boolean,
  measured: readonly (number | Error)[],
): Check & { readonly runs: () => number } {
  let runs = 0
  return {
    id: 'fake',
    title: 'a fake',
    engine: 'paced',
    timed,
    runs: () => runs,
    async run() {
      const value = measured[runs] ?? Number.NaN
      runs += 1
      if (value instanceof Error) throw value
      return [judged({ what: 'x', expected: 0, measured: value, tolerance: 1, unit: 'us' }, 'So it is.')]
    },
  }
}

async function results(
  checks: readonly Check[],
  disturbances: readonly (Disturbance | null)[],
  signal = new AbortController().signal,
  scopes: string[] = [],
): Promise<readonly Result[]> {
  const queue = disturbances.values()
  return runChecks(
    checks,
    {
      async prepare(scope) {
        scopes.push('open')
        scope.defer(() => void scopes.push('closed'))
        return fakeContext()
      },
      watch: () => () => queue.next().value ?? null,
    },
    { signal, onStart: () => undefined, onResult: () => undefined },
  )
}
const states = async (check: Check, ...disturbances: (Disturbance | null)[]) =>
  (await results([check], disturbances)).map(({ state }) => state)

describe('checks that run', () => {
  it('pass and fail by what they measure', async () => {
    expect(await states(checkOf(true, [0]), QUIET)).toEqual(['passed'])
    expect(await states(checkOf(true, [5, 5, 0]), QUIET, QUIET)).toEqual(['failed'])
    expect(await states(checkOf(true, [5, 5, 0]), null, null)).toEqual(['failed'])
  })

  it('are repeated once, and only once, where a disturbed machine can fail them', async () => {
    const better = checkOf(true, [5, 0])
    expect(await states(better, BUSY, QUIET)).toEqual(['passed'])
    const worse = checkOf(true, [5, 5, 0])
    expect(await states(worse, BUSY, BUSY)).toEqual(['inconclusive'])
    expect([better.runs(), worse.runs()]).toEqual([2, 2])
  })

  it('fail when the repetition fails on a quiet machine', async () => {
    expect(await states(checkOf(true, [5, 5]), BUSY, QUIET)).toEqual(['failed'])
  })

  it('have no excuse where they count instead of timing', async () => {
    const exact = checkOf(false, [5, 0])
    expect(await states(exact, BUSY, BUSY)).toEqual(['failed'])
    expect(exact.runs()).toBe(1)
  })

  it('fail with the cause when they cannot be measured, and the next one runs', async () => {
    const scopes: string[] = []
    const both = [checkOf(false, [new Error('the engine is gone')]), checkOf(false, [0])]
    const [broken, next] = await results(both, [], undefined, scopes)
    expect(broken).toMatchObject({ state: 'failed', sentence: expect.stringContaining('the engine is gone') })
    expect(next?.state).toBe('passed')
    expect(scopes).toEqual(['open', 'closed', 'open', 'closed'])
  })

  it('end without a result for the one that was interrupted', async () => {
    const controller = new AbortController()
    const interrupted: Check = {
      ...checkOf(false, [0]),
      async run() {
        controller.abort()
        throw new Error('the server died')
      },
    }
    const seen = await results([checkOf(false, [0]), interrupted, checkOf(false, [0])], [], controller.signal)
    expect(seen.map(({ state }) => state)).toEqual(['passed'])
  })

  it('name the disturbance where they could not be judged', async () => {
    const [result] = await results([checkOf(true, [5, 5])], [BUSY, BUSY])
    expect(result?.sentence).toBe(
      'So it is. The machine was disturbed: others used 40 % of its processors and the hypervisor took 0.0 %.',
    )
  })

  it('only show what has no tolerance', async () => {
    const figure: Check = { ...checkOf(false, []), run: async () => [shown('x', 5, 'us', 'A figure.')] }
    expect(await states(figure)).toEqual(['shown'])
    const [disturbed] = await results([figure], [BUSY])
    expect(disturbed?.sentence).toMatch(/^A figure\. The machine was disturbed: others used 40 %/)
  })
})

describe('the exit code', () => {
  const of = (...all: Result['state'][]) => exitCodeOf(all.map((state) => ({ state })))
  it('is that of the worst result', () => {
    expect(of('passed', 'shown')).toBe(0)
    expect(of('passed', 'inconclusive')).toBe(3)
    expect(of('passed', 'inconclusive', 'failed')).toBe(1)
  })
})

describe('a judgement', () => {
  const of = (measured: number, tolerance: number) =>
    judged({ what: '', expected: 10, measured, tolerance, unit: 'us' }, '').passed
  it('has its limits in it, and no number never passes', () => {
    expect([of(11, 1), of(9, 1), of(11.1, 1), of(10, 0), of(10.001, 0), of(Number.NaN, 1)]).toEqual([
      true,
      true,
      false,
      true,
      false,
      false,
    ])
  })
})
