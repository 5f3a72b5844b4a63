import { describe, expect, it } from 'vitest'
import { analyse } from '../analyse.ts'
import type { Cell } from '../results/cell.ts'
import { type FakeStrategy, fakeCells } from '../testing/fake-cells.ts'
import { FAKE_STRATEGIES, fakeContext, fakeStrategy } from '../testing/fake-subjects.ts'
import { CLAIMS } from './registry.ts'

type Change = Partial<FakeStrategy>

const asStateless = fakeStrategy({ id: 'jwt-blacklist', state: 'stateless', needs: ['redis'] }).info

interface Setting {
  readonly keep?: (cell: Cell) => boolean
  readonly origin?: 'own' | 'given'
  readonly rename?: Readonly<Record<string, string>>
}
/** Six rounds were asked for; this strategy has five of them. */
const without = (strategy: string): Setting => ({
  keep: (cell) => cell.strategy !== strategy || cell.round > 0,
})

/** A run of the fake strategies, some of them changed or left out. */
function judge(
  id: string,
  changes: Readonly<Record<string, Change | null>> = {},
  rounds = 6,
  { keep = () => true, origin = 'own', rename = {} }: Setting = {},
) {
  const strategies = FAKE_STRATEGIES.flatMap((strategy) => {
    const change = changes[strategy.info.id]
    const needs = change?.redisCommands === undefined ? strategy.info.needs : (['redis'] as const)
    const info = { ...strategy.info, needs: [...needs], id: rename[strategy.info.id] ?? strategy.info.id }
    return change === null ? [] : [{ ...strategy, info, ...change }]
  })
  const cells = fakeCells({ strategies, rounds, noise: 0.003 }).filter(keep)
  const context = fakeContext(strategies, rounds)
  const environment = { ...context.environment, redisOrigin: origin }
  const claim = analyse(cells, { ...context, environment }).claims.find((result) => result.id === id)
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

  it('read sizes and counts under any load, costs in the closed loop only', () => {
    const context = fakeContext(FAKE_STRATEGIES, 6)
    const scenarios = context.scenarios.map((scenario) => ({ ...scenario, id: 'iso-load' }))
    const cells = fakeCells({ strategies: FAKE_STRATEGIES, rounds: 6, scenario: 'iso-load' })
    const { claims } = analyse(cells, { ...context, scenarios })
    const of = (id: string) => claims.find((claim) => claim.id === id)
    expect(of('jwt-size')?.verdict).toBe('supported')
    expect(of('stateless-saves-the-store')?.verdict).toBe('supported')
    expect(of('jwt-speed')).toMatchObject({
      verdict: 'not measured',
      why: expect.stringContaining('the scenario verify'),
    })
    expect(of('blacklist-loses-the-point')?.why).toContain('the scenario verify')
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
    expect(why).toMatch(
      /^For a JWT that the server keeps no state for: jwt-hs256 and jwt-hs256-fast were still accepted/,
    )
    expect(why).toContain('With state on the server it is refused: jwt-blacklist')
  })

  it('depends when only some are, and is refuted when none is', () => {
    expect(judge('jwt-revocation', { 'jwt-hs256': { revokedStatus: 401 } })).toMatchObject({
      verdict: 'depends',
      why: expect.stringContaining('jwt-hs256-fast was still accepted after logout, jwt-hs256 not.'),
    })
    const all = { 'jwt-hs256': { revokedStatus: 401 }, 'jwt-hs256-fast': { revokedStatus: 401 } }
    expect(judge('jwt-revocation', all).verdict).toBe('refuted')
  })

  it('is open while a token is neither accepted nor refused, and names it', () => {
    const failing = { 'jwt-hs256': { revokedStatus: 500 } }
    expect(judge('jwt-revocation', failing)).toMatchObject({
      verdict: 'open',
      why: expect.stringContaining('Neither accepted nor refused after logout: jwt-hs256.'),
    })
    const both = { ...failing, 'jwt-hs256-fast': { revokedStatus: 401 } }
    expect(judge('jwt-revocation', both).verdict).toBe('open')
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
    const { verdict, why, evidence } = judge('blacklist-loses-the-point')
    expect(verdict).toBe('supported')
    expect(why).toContain(
      'sends Redis as many commands, costs more server CPU and makes a request larger. A list that is pushed',
    )
    expect(evidence).toContain('session-redis: Redis traffic 187 B/req exact.')
    expect(evidence).toContain('jwt-blacklist: Redis traffic 187 B/req exact.')
    expect(evidence).toContain('jwt-blacklist: Redis commands 1 per request exact.')
    expect(evidence.join(' ')).toMatch(
      /Server CPU, jwt-blacklist against session-redis: \+6\d.*µs\/req \[.*\]; worse\./,
    )
  })

  it('is open where nothing is won and the CPU is not told apart', () => {
    const { verdict, why } = judge('blacklist-loses-the-point', { 'jwt-blacklist': { serverUs: 98 } })
    expect(verdict).toBe('open')
    expect(why).toContain('as many commands and makes a request larger; it is not told apart in server CPU.')
  })

  it.each([
    [{ serverUs: 70 }, 'costs less server CPU, but sends Redis as many commands and makes a request larger.'],
    [
      { redisCommands: 0 },
      'sends Redis fewer commands, but costs more server CPU and makes a request larger.',
    ],
    [
      { credentialBytes: 43, redisCommands: 2 },
      'makes a request no larger, but sends Redis more commands and costs more server CPU.',
    ],
  ])('depends when it wins something, and says what it wins and what not: %o', (change, words) => {
    const { verdict, why } = judge('blacklist-loses-the-point', { 'jwt-blacklist': change })
    expect(verdict).toBe('depends')
    expect(why).toBe(`Against session-redis, jwt-blacklist ${words}`)
  })

  it('is refuted when it saves everything', () => {
    const better = { serverUs: 70, redisCommands: 0, credentialBytes: 40 }
    expect(judge('blacklist-loses-the-point', { 'jwt-blacklist': better })).toMatchObject({
      verdict: 'refuted',
      why: 'Against session-redis, jwt-blacklist sends Redis fewer commands, costs less server CPU and makes a request smaller.',
    })
  })

  it('is not judged with too few rounds or without its opponent', () => {
    expect(judge('blacklist-loses-the-point', {}, 5)).toMatchObject({
      verdict: 'not measured',
      why: expect.stringContaining('6 rounds'),
    })
    expect(judge('blacklist-loses-the-point', { 'session-redis': null }).verdict).toBe('not measured')
  })

  it('is not judged by the rounds that were asked for, but by those that both have', () => {
    expect(judge('blacklist-loses-the-point', {}, 6, without('jwt-blacklist'))).toMatchObject({
      verdict: 'not measured',
      why: expect.stringContaining('jwt-blacklist and session-redis have 5 in common'),
    })
  })

  it('goes by what strategies do, not by their ids', () => {
    const rename = { 'session-redis': 'sid', 'jwt-blacklist': 'listed' }
    expect(judge('blacklist-loses-the-point', {}, 6, { rename }).verdict).toBe('supported')
    expect(judge('jwt-speed', {}, 6, { rename }).verdict).toBe('depends')
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

  it('is computed once where all tokens are of one size', () => {
    expect(judge('jwt-size-felt').evidence).toHaveLength(1)
  })

  it('is felt as long as the link takes to send the difference', () => {
    const { verdict, why, evidence } = judge('jwt-size-felt', {
      'jwt-hs256-fast': { credentialBytes: 500 },
      'jwt-blacklist': { credentialBytes: 800 },
    })
    expect(verdict).toBe('not measured')
    expect(why).toMatch(/^No slow link was measured\./)
    expect(evidence.map((line) => line.split(':')[0])).toEqual(['jwt-hs256', 'jwt-blacklist'])
    // 433 B more: 433 x 8 bit / 768 kbit/s.
    expect(evidence[0]).toContain('433 B exact more than session-redis, 4.51 ms per request')
  })
})

describe('a stateless token saves the session store', () => {
  it('is supported when only sessions send commands', () => {
    const { verdict, why } = judge('stateless-saves-the-store', {}, 1)
    expect(verdict).toBe('supported')
    expect(why).toContain('session-memory saves the store as well, but works with one server process only.')
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

  it.each([
    ['better and better', 80, 66, 'supported', /^Less server CPU than session-redis: jwt-hs256 and/],
    [
      'better and as much',
      98,
      66,
      'depends',
      /^Algorithm and library decide\. Less .* Not told apart .*: jwt-hs256\./,
    ],
    ['worse and worse', 108, 130, 'refuted', /^No token saves 5\.0 % of the server CPU or more\. More/],
    ['worse and as much', 108, 98, 'refuted', /^No token saves .* Not told apart .*: jwt-hs256-fast\./],
    [
      'as much and as much',
      98,
      98,
      'refuted',
      /^No token saves .* Not told apart from session-redis: jwt-hs256 and/,
    ],
  ])('judges %s', (_name, serverUs, fastUs, verdict, words) => {
    const changes = { 'jwt-hs256': { serverUs }, 'jwt-hs256-fast': { serverUs: fastUs } }
    const claim = judge('jwt-speed', changes)
    expect(claim.verdict).toBe(verdict)
    expect(claim.why).toMatch(words)
  })

  it('shows the CPU of Redis on top, and what users see', () => {
    const { evidence } = judge('jwt-speed')
    const starting = (start: string) => evidence.filter((line) => line.startsWith(start)).length
    expect(starting('On top of its server CPU, session-redis: Redis CPU 1')).toBe(1)
    expect(starting('Latency p50, jwt-hs256')).toBe(2)
    expect(starting('Throughput, jwt-hs256')).toBe(2)
  })

  it('says of a difference that is not shown how far copies of one server are apart', () => {
    const { evidence } = judge('jwt-speed', { 'jwt-hs256': { serverUs: 98 } })
    expect(evidence[0]).toMatch(
      /; no difference shown; two copies of the same server differ by up to \d.* %\.$/,
    )
  })

  it('knows whose Redis it was', () => {
    expect(judge('jwt-speed').why).toContain('Redis ran on the same machine')
    const given = judge('jwt-speed', {}, 6, { origin: 'given' }).why
    expect(given).not.toContain('same machine')
    expect(given).toContain('Redis was the one that the user named')
  })

  it('stays open when the run is invalid, or a token that decides has too few rounds', () => {
    expect(judge('jwt-speed', { 'session-memory': { ownStatus: 500 } }).why).toContain('The run is invalid')
    const worse = { 'jwt-hs256-fast': { serverUs: 130 } }
    expect(judge('jwt-speed', worse, 6, without('jwt-hs256-fast'))).toMatchObject({
      verdict: 'not measured',
      why: expect.stringContaining('jwt-hs256-fast and session-redis have 5 in common'),
    })
  })

  it('does not take a token with too few rounds for one without a difference', () => {
    const changes = { 'jwt-blacklist': { info: asStateless } }
    const { verdict, why } = judge('jwt-speed', changes, 6, without('jwt-blacklist'))
    expect(verdict).toBe('depends')
    expect(why).toContain('Too few rounds in common with session-redis: jwt-blacklist.')
    expect(why).not.toContain('Not told apart')
  })
})
