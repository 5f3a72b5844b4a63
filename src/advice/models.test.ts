import { describe, expect, it } from 'vitest'
import { changed, named, on, unmetOf, usual, withInfo } from '../testing/fake-advice.ts'
import { factsOf } from './facts/facts.ts'

const facts = factsOf(usual)

describe('models', () => {
  const cached = withInfo(usual, 'session-redis', {
    revocation: { effect: 'within', ms: 5_000 },
    cache: { entries: 10_000, seconds: 5 },
    roundTrips: 0,
  })

  it('add round trips, roles and cores to what was measured', () => {
    const advice = on(facts, {
      'redis-rtt': '2ms',
      users: '100000',
      'requests-per-user': '0.1',
      services: '2',
      'revoke-within': '1s',
      roles: '10',
    })
    const lines = named(advice, 'session-redis')?.modelled ?? []
    expect(lines.find(({ label }) => label === 'p50')?.text).toMatch(/ = .* \+ 1 round trip × 2 ms$/)
    expect(lines.find(({ label }) => label === 'CPU')?.text).toMatch(/cores at 10,000 req\/s/)
    expect(lines.some(({ label }) => label === 'request')).toBe(false)
    const token = named(on(facts, { roles: '10' }), 'jwt-hs256-fast')?.modelled
    expect(token?.find(({ label }) => label === 'request')?.text).toMatch(/10 more roles/)
  })

  it('do not let a warm cache win for users who come too rarely for it', () => {
    let cheap = cached
    for (const metric of ['cpu.server', 'cpu.redis', 'latency.p50'])
      cheap = changed(cheap, 'session-redis', metric, (value) => value / 10)
    const beatenBy = (rate: string) =>
      on(factsOf(cheap), { 'requests-per-user': rate }).dominated.filter(
        ({ by }) => by.id === 'session-redis',
      )
    expect(beatenBy('100')).not.toEqual([])
    // 44 % ask again: the median request does not, and the mean costs more than was measured.
    expect(beatenBy('0.25')).toEqual([])
    const line = on(factsOf(cached), { 'requests-per-user': '0.1', 'revoke-within': '5s', services: '2' })
    expect(named(line, 'session-redis')?.modelled).toContainEqual({
      label: 'asks again',
      text: '66.7 % of requests',
    })
  })

  it('let a token that is refreshed live as long as the deadline allows, and count the refreshes', () => {
    const refreshing = withInfo(usual, 'jwt-blacklist', {
      refreshes: true,
      stores: 'one entry per login',
      revocation: { effect: 'at-expiry' },
      roundTrips: 0,
    })
    const advice = on(factsOf(refreshing), {
      'revoke-within': '90s',
      'requests-per-user': '0.1',
      users: '1000',
      services: '2',
    })
    const lines = named(advice, 'jwt-blacklist')
    expect(lines?.modelled).toContainEqual({ label: 'lifetime', text: '1.5 min instead of 15 min' })
    expect(lines?.modelled).toContainEqual({ label: 'refreshes', text: '10 % of requests, 10 in a second' })
    expect(lines?.unknown).toContain('what a refresh costs was not measured')
    expect(unmetOf(on(factsOf(refreshing), { 'revoke-within': '500ms' }), 'jwt-blacklist')).toHaveLength(1)
  })
})
