import { expect, test } from 'vitest'
import { analyse } from '../analyse.ts'
import { terminalReporter } from '../report/terminal/terminal.ts'
import { resultsSchema } from '../results/results.ts'
import { fakeCells } from '../testing/fake-cells.ts'
import { FAKE_STRATEGIES, fakeContext } from '../testing/fake-subjects.ts'

const STRATEGIES = FAKE_STRATEGIES.filter(({ info }) =>
  ['none', 'jwt-hs256-fast', 'session-redis'].includes(info.id),
)
const SCENARIO = {
  id: 'handler-work',
  title: 'Work',
  question: 'What is left?',
  model: 'closed',
  compared: true,
  worlds: true,
} as const

/** Every request takes so much longer. */
const cellsAt = (params: Record<string, number>, extraUs: number, rounds: number) =>
  fakeCells({
    strategies: STRATEGIES.map((each) => ({ ...each, serverUs: each.serverUs + extraUs })),
    rounds,
    scenario: SCENARIO.id,
    params,
    seed: 7,
  })

const analysed = (rounds: number) =>
  analyse(
    [
      ...cellsAt({ waitMs: 0 }, 0, rounds),
      ...cellsAt({ cpuUs: 50 }, 50, rounds),
      ...cellsAt({ cpuUs: 1000 }, 1000, rounds),
      ...cellsAt({ cpuUs: 10_000 }, 10_000, rounds),
    ],
    { ...fakeContext(STRATEGIES, rounds), scenarios: [SCENARIO] },
  )

test('the share that is left shrinks with the work, until nobody can tell strategies apart', () => {
  const results = analysed(8)
  expect(() => resultsSchema.parse(results)).not.toThrow()
  const { session, rows = [], alike = [] } = results.handlerWork ?? {}
  expect(session).toBe('session-redis')
  const cpu = rows.filter(({ metric, strategy }) => metric === 'cpu.server' && strategy === 'jwt-hs256-fast')
  expect(cpu.map(({ told }) => told)).toEqual([true, true, false, false])
  const left = cpu.map((row) => row.left?.value ?? Number.NaN)
  // ln(66 / 98), and the same after 50 us more for both.
  expect(left[0]).toBe(1)
  expect(left[1]).toBeCloseTo(Math.log(116 / 148) / Math.log(66 / 98), 1)
  expect(Math.abs(left[3] ?? 1)).toBeLessThan(0.1)
  const computing = alike.find(({ metric, work }) => metric === 'cpu.server' && work === 'cpuUs')
  expect(computing).toMatchObject({ from: 1000, notExcluded: expect.any(Number) })
  const text = terminalReporter.render(results, {})
  expect(text).toContain(
    'Server CPU: from 1000 µs of computing on, no two strategies of this run can be told',
  )
})

test('with too few rounds nothing is said about who can be told apart', () => {
  const { handlerWork } = analysed(3)
  expect(handlerWork?.alike).toEqual([])
  expect(new Set(handlerWork?.rows.map(({ told }) => told))).toEqual(new Set([null]))
})

test('a run without such a scenario has nothing of it', () => {
  const results = analyse(fakeCells({ strategies: STRATEGIES, rounds: 6 }), fakeContext(STRATEGIES, 6))
  expect(results).not.toHaveProperty('handlerWork')
})
