import { describe, expect, it } from 'vitest'
import { type Options, resolveConfig } from './config.ts'
import { passOrder, planRounds } from './rounds.ts'

const STRATEGIES = ['none', 'a', 'b', 'c', 'd']

function plan(seed: number, rounds = 6, more: Options = {}) {
  const config = resolveConfig(
    { rounds, profile: 'quick', ...more },
    { strategies: STRATEGIES, scenarios: ['verify'] },
    { profile: 'quick', seed, extraClaims: [] },
  )
  return planRounds(config, [{ id: 'verify', params: [{}] }])
}

const order = (round: ReturnType<typeof plan>[number] | undefined) =>
  round?.subjects.map(({ strategy, arm }) => `${strategy}/${arm}`) ?? []

describe('plan', () => {
  it('has every strategy once and the baseline twice in each round', () => {
    for (const round of plan(3)) {
      expect(order(round).toSorted()).toEqual([
        'a/main',
        'b/main',
        'c/main',
        'd/main',
        'none/main',
        'none/twin',
      ])
    }
  })

  it('reverses every second round, so that each pair comes in both orders equally often', () => {
    const rounds = plan(3)
    for (let even = 0; even < rounds.length; even += 2) {
      expect(order(rounds[even + 1])).toEqual(order(rounds[even]).toReversed())
    }
    expect(order(rounds[2])).not.toEqual(order(rounds[0]))
  })

  it('cancels a linear drift inside a round: the mean time of every strategy is the same', () => {
    for (const { subjects } of plan(3)) {
      const times = subjects.map((subject) =>
        [0, 1, 2, 3].reduce(
          (sum, pass) => sum + pass * subjects.length + passOrder(subjects, pass).indexOf(subject),
          0,
        ),
      )
      expect(new Set(times).size).toBe(1)
    }
  })

  it('runs every strategy from both checkouts, the first twice, when it is told to', () => {
    const [round] = plan(3, 6, { against: '../base', strategies: ['c', 'b'] })
    expect(order(round).toSorted()).toEqual(['b/base', 'b/main', 'b/twin', 'c/base', 'c/main'])
  })

  it('begins with the same rounds when there are more of them', () => {
    expect(plan(3, 12).slice(0, 6)).toEqual(plan(3, 6))
  })

  it('leaves strategies out of scenarios that do not apply to them, and scenarios that apply to none', () => {
    const config = resolveConfig(
      { rounds: 2, profile: 'quick' },
      { strategies: STRATEGIES, scenarios: ['verify', 'refresh', 'nothing'] },
      { profile: 'quick', seed: 3, extraClaims: [] },
    )
    const rounds = planRounds(config, [
      { id: 'verify', params: [{}] },
      { id: 'refresh', params: [{}], strategies: ['d', 'b'] },
      { id: 'nothing', params: [{}], strategies: [] },
    ])
    expect(rounds.map(({ round, scenario }) => `${round} ${scenario}`)).toEqual([
      '0 verify',
      '0 refresh',
      '1 verify',
      '1 refresh',
    ])
    expect(order(rounds[1]).toSorted()).toEqual(['b/main', 'b/twin', 'd/main'])
    expect(order(rounds[3])).toEqual(order(rounds[1]).toReversed())
    expect(order(rounds[0])).toHaveLength(6)
  })

  it('depends on nothing but the seed', () => {
    expect(plan(7)).toEqual(plan(7))
    expect(plan(7).map(order)).not.toEqual(plan(8).map(order))
  })
})
