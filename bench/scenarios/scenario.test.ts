import { describe, expect, it } from 'vitest'
import { STRATEGIES, strategyIds } from '../../servers/registry.ts'
import { SCENARIOS } from './registry.ts'
import { applicableScenarios, describeScenario } from './scenario.ts'

const NONE = STRATEGIES.none
const SESSION = STRATEGIES['session-redis']
const REFRESHING = { ...SESSION, id: 'refreshing', refreshes: true }
const PROVING = { ...SESSION, id: 'proving', proof: 'dpop' } as const
const TARGET = { ...SESSION, id: 'target', family: 'target' } as const
const ALL = [NONE, SESSION, REFRESHING, TARGET]

const idsOf = (scenarios: readonly { readonly id: string }[]) => scenarios.map(({ id }) => id)
const named = (...ids: readonly string[]) => SCENARIOS.filter(({ id }) => ids.includes(id))

describe('scenarios', () => {
  it('name the strategies that they apply to where these are not all', () => {
    const strategies = (scenario: string, of = ALL) =>
      named(scenario).map((one) => describeScenario(one, of).strategies)
    expect(strategies('verify')).toEqual([undefined])
    expect(strategies('login')).toEqual([['none', 'session-redis', 'refreshing']])
    expect(strategies('login', [NONE, SESSION])).toEqual([undefined])
    expect(strategies('refresh')).toEqual([['refreshing']])
  })

  it('are left out where nothing can be measured, and an error where none is left', () => {
    expect(idsOf(applicableScenarios(named('verify', 'login', 'refresh'), [NONE, SESSION]))).toEqual([
      'verify',
      'login',
    ])
    expect(() => applicableScenarios(named('refresh'), [NONE])).toThrow(
      expect.objectContaining({ code: 'SCENARIO_NOT_APPLICABLE' }),
    )
    expect(() => applicableScenarios(named('login', 'mixed'), [TARGET])).toThrow('login, mixed')
  })

  it('load nobody whose clients would have to sign each request, and say why', () => {
    const [verify] = named('verify')
    expect(verify === undefined ? [] : describeScenario(verify, [SESSION, PROVING]).strategies).toEqual([
      'session-redis',
    ])
    expect(() => applicableScenarios(named('verify'), [NONE, PROVING])).toThrow(
      expect.objectContaining({ next: expect.stringContaining('sign one for each request') }),
    )
  })

  it('of refreshes have somebody to measure', () => {
    const [refresh] = named('refresh')
    const strategies = strategyIds.map((id) => STRATEGIES[id])
    expect(refresh === undefined ? [] : describeScenario(refresh, strategies).strategies).toContain(
      'jwt-refresh',
    )
  })
})
