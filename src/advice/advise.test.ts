import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  changed,
  ids,
  meeting,
  named,
  on,
  unmetOf,
  usual,
  withInfo,
  without,
} from '../testing/fake-advice.ts'
import { fakeResults } from '../testing/fake-results.ts'
import { HOSTILE_TITLE, hostileStrategies, manyStrategies } from '../testing/fake-strategies.ts'
import { anyWishes } from '../testing/fake-wishes.ts'
import { USUAL_WORLD, type World, worldWith } from '../worlds/world.ts'
import { type Facts, factsOf } from './facts/facts.ts'
import { refusalOf } from './facts/refusal.ts'
import type { WishTexts } from './wishes.ts'

const facts = factsOf(usual)
const many = factsOf(fakeResults({ strategies: manyStrategies() }))

describe('whatever is wished', () => {
  it('every strategy is left, dominated or ruled out, three at most are named, and only of those left', () => {
    fc.assert(
      fc.property(anyWishes, (wishes) => {
        const advice = on(many, wishes)
        const all = [...ids(advice.left), ...ids(advice.dominated), ...ids(advice.ruledOut)]
        expect(all.sort()).toEqual(ids(many.strategies).sort())
        expect(advice.named.length).toBeLessThanOrEqual(3)
        if (advice.left.length <= 3) expect(ids(advice.named).sort()).toEqual(ids(advice.left).sort())
        else expect(advice.named).not.toEqual([])
        for (const { id } of advice.named) expect(ids(advice.left)).toContain(id)
        if (advice.dominated.length > 0) expect(advice.left).not.toEqual([])
      }),
    )
  })

  it('another wish never lets a strategy in that was out', () => {
    fc.assert(
      fc.property(anyWishes, anyWishes, (some, others) => {
        const added = Object.entries(others).filter(
          ([wish, text]) => text !== undefined && some[wish as keyof WishTexts] === undefined,
        )
        const before = meeting(on(many, some))
        // More users are no wish but a load, which models follow.
        const more = { ...some, ...Object.fromEntries(added) }
        expect(meeting(on(many, more)).filter((id) => !before.includes(id))).toEqual([])
      }),
    )
  })

  it('the order of the strategies and of their differences changes nothing', () => {
    fc.assert(
      fc.property(anyWishes, fc.infiniteStream(fc.nat()), (wishes, keys) => {
        const shuffled = <Item>(items: readonly Item[]) =>
          items
            .map((item) => ({ item, key: keys.next().value }))
            .sort((a, b) => a.key - b.key)
            .map(({ item }) => item)
        const other: Facts = {
          ...many,
          strategies: shuffled(many.strategies),
          differences: shuffled(many.differences).map((pair, index) =>
            index % 2 === 0 ? pair : turned(pair),
          ),
        }
        expect(on(other, wishes)).toEqual(on(many, wishes))
      }),
      { numRuns: 30 },
    )
  })
})

function turned({ of, than, cpu, p50 }: Facts['differences'][number]): Facts['differences'][number] {
  const back = (each: typeof cpu) =>
    each === null ? null : { low: -each.high, high: -each.low, noise: each.noise }
  return { of: than, than: of, cpu: back(cpu), p50: back(p50) }
}

describe('wishes', () => {
  it('rule out by what a strategy promises, and say which wish it was', () => {
    const advice = on(facts, { 'revoke-within': '1s', services: '3', 'without-store': 'yes' })
    expect(unmetOf(advice, 'jwt-hs256').map(({ wish }) => wish)).toEqual(['revoke-within'])
    expect(unmetOf(advice, 'session-memory').map(({ wish }) => wish)).toEqual(['services'])
    expect(unmetOf(advice, 'session-redis').map(({ wish }) => wish)).toEqual(['without-store'])
    expect(advice.named).toEqual([])
  })

  it('are met by a token that expires before the deadline', () => {
    expect(meeting(on(facts, { 'revoke-within': '15min' }))).toContain('jwt-hs256')
    expect(meeting(on(facts, { 'revoke-within': '14min' }))).not.toContain('jwt-hs256')
  })

  it('are not met by a session that was accepted after its logout', () => {
    const broken = {
      ...usual,
      probes: usual.probes.map((probe) => ({ ...probe, revokedStatus: 200 })),
    }
    expect(unmetOf(on(factsOf(broken), { 'revoke-within': '1s' }), 'session-redis')).toMatchObject([
      { wish: 'revoke-within', known: true },
    ])
  })

  it('are not known to be met where nobody declared it', () => {
    const target = withInfo(usual, 'session-redis', {
      family: 'target',
      revocation: { effect: 'unknown' },
      state: 'unknown',
      needs: [],
    })
    const advice = on(factsOf(target), { 'revoke-within': '1s', services: '2', 'without-store': 'yes' })
    expect(unmetOf(advice, 'session-redis').map(({ wish, known }) => [wish, known])).toEqual([
      ['revoke-within', false],
      ['services', false],
      ['without-store', false],
    ])
  })

  it('keep tokens out that are too large for a cookie, and sessions in', () => {
    const advice = on(facts, { roles: '300', transport: 'cookie' })
    expect(unmetOf(advice, 'jwt-hs256').map(({ wish }) => wish)).toEqual(['roles'])
    expect(meeting(advice)).toContain('session-redis')
    expect(meeting(on(facts, { roles: '300' }))).toContain('jwt-hs256')
  })
})

describe('what is dominated', () => {
  const alike = withInfo(
    changed(
      changed(usual, 'session-memory', 'cpu.server', () => 100),
      'session-memory',
      'latency.p50',
      () => 1_000,
    ),
    'session-memory',
    { needs: [] },
  )
  const against = (factor: number, p50 = 1_000) => {
    let run = alike
    for (const metric of ['cpu.server', 'cpu.redis', 'latency.p50'])
      run = changed(
        run,
        'session-redis',
        metric,
        () => ({ 'cpu.server': 100 * factor, 'cpu.redis': 0 })[metric] ?? p50,
      )
    return on(factsOf(withInfo(run, 'session-redis', { needs: [] })))
  }

  it('is shown to cost more: a difference inside of the noise leaves both', () => {
    expect(ids(against(1.2).dominated)).toContain('session-redis')
    expect(ids(against(1.005).dominated)).not.toContain('session-redis')
  })

  it('is not saved by an advantage inside of the noise, but by one outside', () => {
    expect(ids(against(1.2, 995).dominated)).toContain('session-redis')
    expect(ids(against(1.2, 800).dominated)).not.toContain('session-redis')
  })

  it('depends on the distance: a round trip is latency', () => {
    const redisFirst = changed(
      changed(usual, 'session-redis', 'latency.p50', () => 100),
      'session-redis',
      'cpu.server',
      () => 20,
    )
    const at = (rtt: string) => ids(on(factsOf(redisFirst), { 'redis-rtt': rtt, services: '2' }).dominated)
    expect(at('0ms')).toContain('jwt-blacklist')
    expect(named(on(factsOf(redisFirst), { 'redis-rtt': '0ms' }), 'session-redis')?.because.join()).toMatch(
      /p50/,
    )
    expect(
      named(on(factsOf(redisFirst), { 'redis-rtt': '50ms' }), 'session-redis')?.because.join(),
    ).not.toMatch(/p50/)
  })

  it('is nobody where the cost of the other is not known', () => {
    const blind = factsOf(without(usual, 'cpu.redis'))
    for (const { by } of on(blind).dominated) expect(['session-redis', 'jwt-blacklist']).not.toContain(by.id)
    expect(
      named(on(blind, { 'revoke-within': '1s', services: '2' }), 'session-redis')?.unknown.join(),
    ).toContain('Redis CPU: not measured')
  })

  it('is nobody where those better ones go round in a circle', () => {
    const three = facts.strategies.slice(0, 3).map((strategy) => ({ ...strategy, keeps: null, head: null }))
    const [a = '', b = '', c = ''] = ids(three)
    const better = { low: -9, high: -8, noise: 1 }
    const same = { low: -1, high: 1, noise: 1 }
    const differences = [
      { of: a, than: b, cpu: better, p50: same },
      { of: b, than: c, cpu: better, p50: same },
      { of: c, than: a, cpu: better, p50: same },
    ]
    expect(ids(on({ ...facts, strategies: three, differences }).left).sort()).toEqual([a, b, c].sort())
  })
})

describe('runs', () => {
  const inWorld = (world: World) => factsOf({ ...usual, config: { ...usual.config, world } })

  it.each([
    ['invalid', { ...usual, validity: { ...usual.validity, verdict: 'invalid' as const } }, 'RUN_INVALID'],
    ['with three rounds', fakeResults({ rounds: 3 }), 'ROUNDS_TOO_FEW'],
    ['without CPU', without(usual, 'cpu.server'), 'NOT_MEASURED'],
    ['of another load', fakeResults({ scenarios: ['slo'] }), 'NOT_MEASURED'],
  ])('%s name nobody', (_, results, code) => {
    expect(refusalOf(results)?.code).toBe(code)
  })

  it('of a target on another machine are not told to do what is refused there', () => {
    const results = without(usual, 'cpu.server')
    const target = { address: '10.0.0.9:80', processes: [], remote: { host: 'api.test', maxRate: 100 } }
    const elsewhere = { ...results, environment: { ...results.environment, target } }
    expect(refusalOf(results)?.next).toContain('--scenarios verify')
    expect(refusalOf(elsewhere)?.next).toMatch(/authbench host` on it/)
    const hosted = { ...elsewhere, environment: { ...elsewhere.environment, host: 'big' } }
    expect(refusalOf(hosted)?.next).toContain('--scenarios iso-load')
  })

  it('that can name somebody are not refused', () => {
    expect(refusalOf(usual)).toBe(null)
    expect(refusalOf(fakeResults({ scenarios: ['iso-load'] }))).toBe(null)
  })

  it.each(['latency.p50', 'bytes.request_head', 'bytes.credential', 'redis.commands'])(
    'without %s still advise, and say what is missing',
    (metric) => {
      const advice = on(factsOf(without(usual, metric)), { roles: '5', 'redis-rtt': '1ms' })
      expect(JSON.stringify(advice)).not.toMatch(/NaN|null|undefined|Infinity/)
      if (metric === 'bytes.credential') expect(advice.named).toEqual([])
      else expect(advice.named.length).toBeGreaterThan(0)
    },
  )

  it('with hostile titles keep them as they are', () => {
    const advice = on(factsOf(fakeResults({ strategies: hostileStrategies() })), { services: '2' })
    expect(named(advice, '=1+1')?.title).toBe(HOSTILE_TITLE)
  })

  it('in a world of their own say so', () => {
    const world = worldWith(USUAL_WORLD, { handler: { waitMs: 5 }, roles: 20 })
    expect(inWorld(world).notes.join()).toMatch(
      /In this run the handler waits 5 ms; every credential has 20 roles: models add to that/,
    )
    expect(facts.notes.join()).not.toMatch(/models add to that/)
  })

  it('with Redis at a distance add only what is missing from it', () => {
    const far = inWorld(worldWith(USUAL_WORLD, { storeRttMs: 2 }))
    const p50 = (rtt: string) =>
      named(
        on(far, { 'redis-rtt': rtt, services: '2', 'revoke-within': '1s' }),
        'session-redis',
      )?.modelled.find(({ label }) => label === 'p50')?.text
    expect(p50('2ms')).toBe(undefined)
    expect(p50('5ms')).toMatch(/1 round trip × \(5 ms − 2 ms as measured\)$/)
  })

  it('take latency from where requests arrive by a schedule, if that was measured', () => {
    expect(facts.latencyLoad).toMatch(/64 requests in flight/)
    expect(factsOf(fakeResults({ scenarios: ['verify', 'iso-load'] })).latencyLoad).toMatch(/at 50 % of/)
  })
})
