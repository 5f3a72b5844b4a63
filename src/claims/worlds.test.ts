import { describe, expect, it } from 'vitest'
import { analyse } from '../analyse.ts'
import type { Params } from '../results/cell.ts'
import { fakeCells } from '../testing/fake-cells.ts'
import { FAKE_STRATEGIES, fakeContext } from '../testing/fake-subjects.ts'

const STRATEGIES = FAKE_STRATEGIES.filter(({ info }) =>
  ['none', 'jwt-hs256', 'jwt-hs256-fast', 'session-redis'].includes(info.id),
)

interface Point {
  readonly params: Params
  /** On top of what a request of the strategy takes. */
  readonly extraUs: (asksRedis: boolean) => number
}

function judge(claim: string, scenario: string, points: readonly Point[], rounds = 8) {
  const cells = points.flatMap(({ params, extraUs }, index) =>
    fakeCells({
      strategies: STRATEGIES.map((each) => ({
        ...each,
        serverUs: each.serverUs + extraUs(each.info.needs.includes('redis')),
      })),
      rounds,
      scenario,
      params,
      noise: 0.002,
      seed: index + 1,
    }),
  )
  const info = {
    id: scenario,
    title: scenario,
    question: '',
    model: 'closed',
    compared: true,
    worlds: true,
  } as const
  const { claims } = analyse(cells, { ...fakeContext(STRATEGIES, rounds), scenarios: [info] })
  return claims.find(({ id }) => id === claim)
}

const work = (params: Params, us: number): Point => ({ params, extraUs: () => us })
const EMPTY = work({ waitMs: 0 }, 0)

describe('most applications need a database anyway', () => {
  const judged = (rowUs: number) =>
    judge('most-apps-need-a-database-anyway', 'handler-work', [EMPTY, work({ rows: 'redis' }, rowUs)])

  it('is supported where reading a row leaves nothing of the difference', () => {
    const found = judged(5000)
    expect(found?.verdict).toBe('supported')
    expect(found?.evidence.some((line) => line.includes('a row from Redis'))).toBe(true)
  })

  it('depends on the token where one of them keeps its advantage', () => {
    const found = judged(10)
    expect(found?.verdict).toBe('depends')
    expect(found?.why).toMatch(/saved by jwt-hs256-fast with a row from Redis/)
    expect(found?.why).toMatch(/Less than 5\.0 % by jwt-hs256 with/)
  })

  it('is not measured without the scenario, or with too few rounds', () => {
    expect(judge('most-apps-need-a-database-anyway', 'verify', [{ ...EMPTY, params: {} }])?.verdict).toBe(
      'not measured',
    )
    const few = judge(
      'most-apps-need-a-database-anyway',
      'handler-work',
      [EMPTY, work({ rows: 'redis' }, 10)],
      3,
    )
    expect(few?.verdict).toBe('not measured')
  })
})

describe('more work without value', () => {
  it('goes by what is left at 5 ms', () => {
    const judged = (at5: number) =>
      judge('more-work-no-value', 'handler-work', [
        EMPTY,
        work({ waitMs: 1 }, 10),
        work({ waitMs: 5 }, at5),
        work({ waitMs: 20 }, 5000),
      ])
    expect(judged(5000)?.verdict).toBe('supported')
    expect(judged(0)?.verdict).toBe('depends')
  })
})

describe('the speed of a JWT', () => {
  const DISTANCES = [0, 1, 5]
  const judged = (usPerMs: number) =>
    judge(
      'jwt-speed',
      'store-distance',
      DISTANCES.map((storeRttMs) => ({
        params: { storeRttMs },
        extraUs: (asksRedis) => (asksRedis ? usPerMs * storeRttMs : 0),
      })),
    )

  it('names the crossover, and reads the point without a distance as verify', () => {
    const found = judged(20)
    expect(found?.verdict).toBe('depends')
    expect(found?.why).toMatch(/jwt-hs256: from 0?\.\d+ ms \[.*\] on session-redis is slower/)
    expect(found?.why).toContain('jwt-hs256-fast: session-redis is slower at any distance, 0 ms [0, 0].')
    expect(found?.evidence.some((line) => line.startsWith('Server CPU, jwt-hs256 against'))).toBe(true)
  })
})
