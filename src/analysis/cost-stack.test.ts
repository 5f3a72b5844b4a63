import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Micro } from '../results/micro.ts'
import type { Results } from '../results/results.ts'
import { fakeMicro } from '../testing/fake-micro.ts'
import { fakeResults } from '../testing/fake-results.ts'
import { type CostStack, costStacks } from './cost-stack.ts'

const RESULTS = fakeResults()
const POINT = { scenario: 'verify', params: {} }

/** What a run says: CPU of each round, by strategy and metric. */
function runWith(values: Readonly<Record<string, readonly number[]>>): Results {
  return {
    ...RESULTS,
    rounds: Object.entries(values).map(([name, own]) => {
      const [strategy = '', metric = ''] = name.split(' ')
      return {
        ...POINT,
        strategy,
        arm: 'main',
        metric,
        values: own.map((value, round) => ({ round, position: 0, value })),
      }
    }),
  }
}

const partsOf = ({ parts }: CostStack) =>
  Object.fromEntries(parts.map(({ id, estimate }) => [id, estimate.value]))
const sumOf = ({ parts }: CostStack) => parts.reduce((sum, { estimate }) => sum + estimate.value, 0)
const cpuOf = (micro: Micro, id: string) => {
  const task = micro.tasks.find((each) => each.id === id)
  if (task === undefined) throw new Error(`no task ${id}`)
  return task.cpuNs
}
const stackOf = (results: Results, strategy: string, micro = fakeMicro(results)) => {
  const stack = costStacks(results, micro, POINT).find((each) => each.strategy.id === strategy)
  if (stack === undefined) throw new Error(`no stack of ${strategy}`)
  return stack
}
const same = (value: number) => Array.from({ length: 6 }, () => value)

describe('the cost stack', () => {
  it('takes the total apart', () => {
    const results = runWith({
      'none cpu.server': same(50),
      'session-redis cpu.server': same(90),
      'session-redis cpu.redis': same(12),
    })
    const micro = fakeMicro(results)
    const verify = cpuOf(micro, 'verify session-redis x16').value / 1000
    const client = cpuOf(micro, 'redis get x16').value / 1000
    const stack = stackOf(results, 'session-redis', micro)
    expect(stack.total).toMatchObject({ value: 102, rounds: 6 })
    expect(partsOf(stack)).toEqual({
      http: 50,
      verify,
      client: expect.closeTo(client, 9),
      redis: 12,
      rest: expect.closeTo(102 - 50 - 12 - verify - client, 9),
    })
    expect(stack.parts.at(-1)?.id).toBe('rest')
  })

  it('adds up exactly, whatever was measured', () => {
    const cpu = fc.array(fc.double({ min: 0.1, max: 1000, noNaN: true }), { minLength: 1, maxLength: 12 })
    fc.assert(
      fc.property(cpu, cpu, cpu, cpu, (none, server, redis, auth) => {
        const results = runWith({
          'none cpu.server': none,
          'session-redis cpu.server': server,
          'session-redis cpu.redis': redis,
          'session-redis cpu.auth': auth,
        })
        const stack = stackOf(results, 'session-redis')
        expect(sumOf(stack)).toBeCloseTo(stack.total.value, 8)
        const rest = stack.parts.at(-1)?.estimate
        if (rest === undefined) throw new Error('no rest')
        expect(rest.low ?? Number.NEGATIVE_INFINITY).toBeLessThanOrEqual(rest.value)
        expect(rest.high ?? Number.POSITIVE_INFINITY).toBeGreaterThanOrEqual(rest.value)
      }),
    )
  })

  it('shows a rest below zero', () => {
    const results = runWith({ 'none cpu.server': same(50), 'jwt-hs256 cpu.server': same(50.1) })
    const stack = stackOf(results, 'jwt-hs256')
    expect(stack.parts.at(-1)).toMatchObject({ id: 'rest' })
    expect(stack.parts.at(-1)?.estimate.value).toBeLessThan(0)
    expect(sumOf(stack)).toBeCloseTo(50.1, 9)
  })

  it('adds the errors of what was measured alone to that of the pairs', () => {
    const micro = (results: Results) => fakeMicro(results)
    const results = runWith({
      'none cpu.server': [50, 60, 55, 52, 58, 54],
      'jwt-hs256 cpu.server': [90, 101, 96, 92, 97, 95],
    })
    const rest = stackOf(results, 'jwt-hs256').parts.at(-1)?.estimate
    const verify = cpuOf(micro(results), 'verify jwt-hs256 x16')
    // Differences are 39 to 41, though the servers differ by 10 between rounds.
    expect(rest?.low).toBeCloseTo(39 - (verify.high ?? 0) / 1000, 9)
    expect(rest?.high).toBeCloseTo(41 - (verify.low ?? 0) / 1000, 9)
  })

  it('gives no interval of the rest with fewer than 6 rounds of either', () => {
    const few = runWith({ 'none cpu.server': [50, 51], 'jwt-hs256 cpu.server': [90, 91] })
    expect(stackOf(few, 'jwt-hs256').parts.at(-1)?.estimate).toMatchObject({
      low: null,
      high: null,
      rounds: 2,
    })
    const enough = runWith({ 'none cpu.server': same(50), 'jwt-hs256 cpu.server': same(90) })
    const rest = stackOf(enough, 'jwt-hs256', fakeMicro(enough, 3)).parts.at(-1)?.estimate
    expect(rest).toMatchObject({ low: null, high: null, rounds: 3 })
  })

  it('takes the time with others under way, and the one alone where nothing waits', () => {
    const results = runWith({ 'none cpu.server': same(50), 'jwt-hs256 cpu.server': same(90) })
    const micro = fakeMicro(results)
    const alone = { ...micro, tasks: micro.tasks.filter(({ inFlight }) => inFlight === 1) }
    expect(partsOf(stackOf(results, 'jwt-hs256', micro)).verify).toBe(
      cpuOf(micro, 'verify jwt-hs256 x16').value / 1000,
    )
    expect(partsOf(stackOf(results, 'jwt-hs256', alone)).verify).toBe(
      cpuOf(micro, 'verify jwt-hs256').value / 1000,
    )
  })

  it('leaves what nobody measured alone to the rest', () => {
    const results = runWith({ 'none cpu.server': same(50), 'jwt-hs256 cpu.server': same(90) })
    const stack = stackOf(results, 'jwt-hs256', { ...fakeMicro(results), tasks: [] })
    expect(partsOf(stack)).toEqual({ http: 50, rest: 40 })
  })

  it('pairs only rounds that all of them have', () => {
    const results = runWith({ 'none cpu.server': [50, 50, 50], 'jwt-hs256 cpu.server': [90, 90] })
    expect(stackOf(results, 'jwt-hs256').total).toMatchObject({ value: 90, rounds: 2 })
  })

  it('is empty without a baseline and without CPU', () => {
    expect(costStacks(runWith({ 'jwt-hs256 cpu.server': same(90) }), fakeMicro(RESULTS), POINT)).toEqual([])
    expect(costStacks(runWith({}), fakeMicro(RESULTS), POINT)).toEqual([])
  })

  it('counts the client once for every command, and not for an auth server that sends them', () => {
    const base = runWith({
      'none cpu.server': same(50),
      'session-redis cpu.server': same(90),
      'session-redis cpu.redis': same(12),
    })
    const twice = {
      ...base,
      summary: base.summary.map((each) =>
        each.metric === 'redis.commands' && each.strategy === 'session-redis'
          ? { ...each, estimate: { value: 2, low: 2, high: 2, rounds: 6 } }
          : each,
      ),
    }
    const once = partsOf(stackOf(base, 'session-redis')).client ?? 0
    expect(partsOf(stackOf(twice, 'session-redis')).client).toBeCloseTo(2 * once, 9)
    const elsewhere: Results = {
      ...base,
      strategies: base.strategies.map((each) =>
        each.id === 'session-redis' ? { ...each, needs: ['auth-server'] } : each,
      ),
    }
    expect(partsOf(stackOf(elsewhere, 'session-redis'))).not.toHaveProperty('client')
  })
})
