import { describe, expect, it } from 'vitest'
import { analyse } from '../analyse.ts'
import { type FakeStrategy, fakeCells } from '../testing/fake-cells.ts'
import { FAKE_STRATEGIES, fakeContext } from '../testing/fake-subjects.ts'
import { CLAIMS } from './registry.ts'

type Change = Partial<Omit<FakeStrategy, 'info'>>

/** A run of the fake strategies, some of them changed or left out. */
function judge(id: string, changes: Readonly<Record<string, Change | null>> = {}, rounds = 6) {
  const strategies = FAKE_STRATEGIES.flatMap((strategy) => {
    const change = changes[strategy.info.id]
    return change === null ? [] : [{ ...strategy, ...change }]
  })
  const cells = fakeCells({ strategies, rounds, noise: 0.003 })
  const claim = analyse(cells, fakeContext(strategies, rounds)).claims.find((result) => result.id === id)
  if (claim === undefined) throw new Error(`no claim ${id}`)
  return claim
}

describe('claims', () => {
  it('have ids of their own and a reason for every verdict', () => {
    expect(new Set(CLAIMS.map(({ id }) => id)).size).toBe(CLAIMS.length)
    const results = analyse(
      fakeCells({ strategies: FAKE_STRATEGIES, rounds: 6 }),
      fakeContext(FAKE_STRATEGIES, 6),
    )
    for (const { why, verdict, evidence } of results.claims) {
      expect(why).toMatch(/\.$/)
      if (verdict !== 'not measured') expect(evidence.length).toBeGreaterThan(0)
      for (const sentence of evidence) expect(sentence).toMatch(/exact|\[.*\]|status \d+/)
    }
  })

  it('give no verdict on a run in which nothing was measured', () => {
    const { claims } = analyse([], fakeContext(FAKE_STRATEGIES, 6))
    expect(new Set(claims.map(({ verdict }) => verdict))).toEqual(new Set(['not measured']))
  })
})

describe('a JWT cannot be revoked', () => {
  it('is supported when every stateless token is accepted after logout, naming them', () => {
    const { verdict, why } = judge('jwt-revocation')
    expect(verdict).toBe('supported')
    expect(why).toContain('jwt-hs256 and jwt-hs256-fast')
    expect(why).toContain('With state on the server it is refused: jwt-blacklist')
  })

  it('depends when only some are, and is refuted when none is', () => {
    expect(judge('jwt-revocation', { 'jwt-hs256': { revokedStatus: 401 } }).verdict).toBe('depends')
    const all = { 'jwt-hs256': { revokedStatus: 401 }, 'jwt-hs256-fast': { revokedStatus: 401 } }
    expect(judge('jwt-revocation', all).verdict).toBe('refuted')
  })

  it('does not count a server that refuses everybody as one that revokes', () => {
    const broken = { ownStatus: 401, revokedStatus: 401 }
    expect(judge('jwt-revocation', { 'jwt-hs256': broken, 'jwt-hs256-fast': broken }).verdict).toBe(
      'not measured',
    )
  })

  it('needs no rounds', () => {
    expect(judge('jwt-revocation', {}, 1).verdict).toBe('supported')
  })
})

describe('a blacklist loses the point of JWT', () => {
  it('is supported when it saves neither commands nor CPU nor bytes', () => {
    const { verdict, evidence } = judge('blacklist-loses-the-point')
    expect(verdict).toBe('supported')
    expect(evidence).toContain('jwt-blacklist: Redis commands 1 per request exact.')
    expect(evidence.join(' ')).toMatch(
      /Server CPU, jwt-blacklist against session-redis: \+6\d.*µs\/req \[.*\]; worse\./,
    )
  })

  it('depends when it saves CPU, and says what it saves', () => {
    const { verdict, why } = judge('blacklist-loses-the-point', { 'jwt-blacklist': { serverUs: 70 } })
    expect(verdict).toBe('depends')
    expect(why).toContain('less server CPU')
    expect(judge('blacklist-loses-the-point', { 'jwt-blacklist': { redisCommands: 0 } }).why).toContain(
      'fewer Redis commands',
    )
  })

  it('is refuted when it saves everything', () => {
    const better = { serverUs: 70, redisCommands: 0, credentialBytes: 40 }
    expect(judge('blacklist-loses-the-point', { 'jwt-blacklist': better }).verdict).toBe('refuted')
  })

  it('is not judged with too few rounds or without its opponent', () => {
    expect(judge('blacklist-loses-the-point', {}, 5)).toMatchObject({
      verdict: 'not measured',
      why: expect.stringContaining('6 rounds'),
    })
    expect(judge('blacklist-loses-the-point', { 'session-redis': null }).verdict).toBe('not measured')
  })
})

describe('a JWT is larger', () => {
  it('is supported by exact bytes, even after one round', () => {
    const { verdict, why, evidence } = judge('jwt-size', {}, 1)
    expect(verdict).toBe('supported')
    expect(why).toContain('3.9 times that of session-redis')
    expect(evidence).toContain('jwt-hs256: Request head 582 B exact.')
  })

  it('depends when one token is not larger than the session', () => {
    expect(judge('jwt-size', { 'jwt-hs256': { credentialBytes: 20 } }).verdict).toBe('depends')
  })

  it('is felt as long as the link takes to send the difference', () => {
    const { verdict, evidence } = judge('jwt-size-felt')
    expect(verdict).toBe('depends')
    // 433 B more: 433 x 8 bit / 768 kbit/s.
    expect(evidence[0]).toContain('433 B exact more than session-redis, 4.51 ms per request')
  })
})

describe('a stateless token saves the session store', () => {
  it('is supported when only sessions send commands', () => {
    const { verdict, why } = judge('stateless-saves-the-store', {}, 1)
    expect(verdict).toBe('supported')
    expect(why).toContain('session-memory saves it as well')
  })

  it('is refuted when the tokens ask as well', () => {
    const asking = { 'jwt-hs256': { redisCommands: 1 }, 'jwt-hs256-fast': { redisCommands: 1 } }
    expect(judge('stateless-saves-the-store', asking).verdict).toBe('refuted')
  })
})

describe('a JWT is faster than a session lookup', () => {
  it('depends when library or algorithm decide', () => {
    const { verdict, why } = judge('jwt-speed')
    expect(verdict).toBe('depends')
    expect(why).toContain('Less server CPU than session-redis: jwt-hs256-fast.')
    expect(why).toContain('More server CPU than session-redis: jwt-hs256.')
  })

  it('is supported or refuted when all point the same way', () => {
    expect(judge('jwt-speed', { 'jwt-hs256': { serverUs: 80 } }).verdict).toBe('supported')
    expect(judge('jwt-speed', { 'jwt-hs256-fast': { serverUs: 130 } }).verdict).toBe('refuted')
  })

  it('stays open when the difference is not shown, or the run is invalid', () => {
    const same = { 'jwt-hs256': { serverUs: 98 }, 'jwt-hs256-fast': { serverUs: 98 } }
    expect(judge('jwt-speed', same)).toMatchObject({
      verdict: 'not measured',
      why: expect.stringContaining('No difference to session-redis shown: jwt-hs256 and jwt-hs256-fast.'),
    })
    expect(judge('jwt-speed', { 'session-memory': { ownStatus: 500 } }).why).toContain('The run is invalid')
  })
})
