import { describe, expect, it } from 'vitest'
import type { Environment, Results, RunConfig } from '../results/results.ts'
import { simulatedRun } from '../testing/simulated-runs.ts'
import { USUAL_WORLD } from '../worlds/world.ts'
import { changesBetween } from './changes-of-runs.ts'
import { differencesBetween } from './run-differences.ts'
import { verdictOf } from './verdict.ts'

const base = simulatedRun({ seed: 1 })
const head = simulatedRun({ seed: 2 })

const elsewhere = (environment: Partial<Environment>): Results => ({
  ...head,
  environment: { ...head.environment, ...environment },
})
const otherwise = (config: Partial<RunConfig>): Results => ({
  ...head,
  config: { ...head.config, ...config },
})

describe('two stored runs', () => {
  it('that differ in nothing but their values are judged in everything, as unpaired', () => {
    const { changes, differences } = changesBetween(base, head)
    expect(differences).toEqual([])
    expect(changes.length).toBeGreaterThan(0)
    for (const { paired, ratio, base: before } of changes) {
      expect(paired).toBe(false)
      expect(ratio === null).toBe(before.value === 0)
    }
  })

  it('whose scenario had other connections are not judged in time', () => {
    const few = { ...head, scenarios: head.scenarios.map((scenario) => ({ ...scenario, connections: 4 })) }
    for (const [one, other] of [
      [base, few],
      [few, base],
    ] as const) {
      expect(differencesBetween(one, other)).toContainEqual(
        expect.objectContaining({
          what: 'connections of verify',
          consequence: 'timed metrics and allocation not judged',
        }),
      )
    }
    expect(differencesBetween({ ...few, run: base.run }, few)).toEqual([])
  })

  it.each<[string, Partial<Environment>]>([
    ['processor', { cpu: 'Apple M4' }],
    ['cores', { cores: 10 }],
    ['platform', { platform: 'linux arm64' }],
    ['Node.js', { node: 'v27.0.0' }],
    ['Node.js flags', { nodeFlags: [] }],
    ['Redis, major version', { redis: '8.0.1' }],
    ['source of CPU times', { cpuSource: 'rusage' }],
  ])('of another %s are not judged in time, and still in counts', (what, environment) => {
    const { changes, differences } = changesBetween(base, elsewhere(environment))
    const ofCode = ['platform', 'Node.js', 'Node.js flags'].includes(what)
    const consequence = ofCode ? 'timed metrics and allocation not judged' : 'timed metrics not judged'
    expect(differences).toMatchObject([{ what, consequence }])
    for (const { exact, metric, verdict, ratio, worse, p, why } of changes) {
      // What a server allocates is up to its code.
      if (exact || (metric === 'memory.allocated' && !ofCode)) expect(verdict).toBe('pass')
      else {
        expect([verdict, ratio, worse, p]).toEqual(['inconclusive', null, null, null])
        expect(why).toContain(`the runs differ in ${what} (`)
      }
    }
    expect(verdictOf(changes)).toBe('inconclusive')
  })

  const claims = { what: 'claims', shown: null, bytes: 300, hash: 'aaaa' }
  const credentials = { what: 'credentials', shown: '2', bytes: 80, hash: 'cccc' }
  const headers = { what: 'headers', shown: 'X-Key', bytes: 13, hash: 'aaaa' }
  const body = { what: 'request', shown: 'POST', bytes: 8, hash: 'bbbb' }
  const own = { what: 'strategy mine', shown: null, bytes: 900, hash: 'dddd' }

  it.each([
    [
      'other claims',
      [claims],
      [{ ...claims, hash: 'bbbb' }],
      'timed metrics, allocation and bytes not judged',
    ],
    [
      'claims of another size',
      [claims],
      [{ ...claims, bytes: 9, hash: 'eeee' }],
      'timed metrics, allocation and bytes not judged',
    ],
    [
      'more credentials',
      [credentials],
      [{ ...credentials, shown: '3' }],
      'timed metrics, allocation and bytes not judged',
    ],
    [
      'larger credentials',
      [credentials],
      [{ ...credentials, bytes: 90 }],
      'timed metrics, allocation and bytes not judged',
    ],
    ['new credentials of the same kind', [credentials], [{ ...credentials, hash: 'ffff' }], 'label'],
    ['new values of the same headers', [headers], [{ ...headers, hash: 'ffff' }], 'label'],
    ['another body', [body], [{ ...body, hash: 'ffff' }], 'timed metrics, allocation and bytes not judged'],
    ['another version of an own strategy', [own], [{ ...own, bytes: 901, hash: '9999' }], 'label'],
    ['an own strategy that the other has not', [own], [], 'label'],
    ['inputs that an earlier version did not record', [claims], undefined, 'label'],
  ] as const)('%s are said, with what follows', (_what, one, other, consequence) => {
    const differences = differencesBetween(
      { ...base, inputs: [...one] },
      other === undefined ? head : { ...head, inputs: [...other] },
    )
    expect(differences.map((difference) => difference.consequence)).toEqual([consequence])
    expect(differences[0]?.base).not.toBe(differences[0]?.head)
  })

  it('with other values of the claims are no regression', () => {
    const { changes } = changesBetween(
      { ...base, inputs: [claims] },
      { ...head, inputs: [{ ...claims, bytes: 900, hash: 'bbbb' }] },
    )
    expect(verdictOf(changes)).toBe('inconclusive')
    expect(changes.filter(({ verdict }) => verdict === 'regression')).toEqual([])
  })

  it.each<[string, Partial<Environment>, Partial<Environment>]>([
    ['Redis or Valkey', { redisProduct: 'Redis' }, { redisProduct: 'Valkey' }],
    ['TLS to Redis', { redisTls: false }, { redisTls: true }],
  ])('that differ in %s are not judged in time', (what, one, other) => {
    const before = { ...base, environment: { ...base.environment, ...one } }
    expect(differencesBetween(before, elsewhere({ ...one, ...other }))).toMatchObject([
      { what, consequence: 'timed metrics not judged' },
    ])
    expect(differencesBetween(before, head)).toMatchObject([
      { what, head: 'not recorded', consequence: 'label' },
    ])
  })

  it('on a cluster and on a single Redis are judged in counts alone', () => {
    expect(differencesBetween(base, elsewhere({ redisMasters: 3 }))).toMatchObject([
      {
        what: 'masters of Redis',
        base: '1',
        head: '3',
        consequence: 'timed metrics, allocation and bytes not judged',
      },
    ])
  })

  it('by load agents and without are judged in what servers use, and not in what clients see', () => {
    const agent = { name: 'one', cores: 2, cpu: 'a', kernel: 'b', isHere: false }
    const { changes, differences } = changesBetween(
      base,
      elsewhere({ agents: [agent, { ...agent, name: 'two', isHere: true }] }),
    )
    expect(differences).toMatchObject([
      {
        what: 'load from',
        base: 'one generator beside the servers',
        head: 'agents: elsewhere, here',
        consequence: 'throughput and latency not judged',
      },
    ])
    const withheld = (metric: string) =>
      changes.filter((change) => change.metric === metric).some(({ why }) => why.includes('load from'))
    expect(withheld('cpu.server')).toBe(false)
    expect(withheld('throughput')).toBe(true)
    expect(withheld('latency.p50')).toBe(true)
  })

  it('in other worlds are not judged at all', () => {
    const [near, far] = [USUAL_WORLD, { ...USUAL_WORLD, storeRttMs: 1, tls: true }]
    const { changes, differences } = changesBetween(base, otherwise({ world: far }))
    expect(differences).toMatchObject([
      { what: 'setting world', base: 'as usual', head: 'Redis is 1 ms away; clients speak TLS' },
    ])
    expect(new Set(changes.map(({ verdict }) => verdict))).toEqual(new Set(['inconclusive']))
    expect(differencesBetween(base, otherwise({ world: near }))).toEqual([])
  })

  it.each<[string, Partial<RunConfig>]>([
    ['sliceMs', { sliceMs: 500 }],
    ['slicesPerRound', { slicesPerRound: 12 }],
    ['warmupRequests', { warmupRequests: 1 }],
    ['connections', { connections: 3 }],
    ['pool', { pool: 10 }],
    ['ttlSeconds', { ttlSeconds: 60 }],
    ['profile', { profile: 'full' }],
  ])('with another %s are not judged in time', (name, config) => {
    const { changes, differences } = changesBetween(base, otherwise(config))
    expect(differences).toMatchObject([
      { what: `setting ${name}`, consequence: 'timed metrics and allocation not judged' },
    ])
    expect(changes.filter(({ exact, verdict }) => exact && verdict !== 'pass')).toEqual([])
    expect(verdictOf(changes)).toBe('inconclusive')
  })

  it.each<[string, Partial<RunConfig>]>([
    ['extraClaims', { extraClaims: ['roles'] }],
    ['transport', { transport: 'cookie' }],
  ])('with other %s are judged in Redis commands only', (_, config) => {
    const { changes } = changesBetween(base, otherwise(config))
    const judged = changes.filter(({ verdict }) => verdict !== 'inconclusive')
    expect(new Set(judged.map(({ metric }) => metric))).toEqual(new Set(['redis.commands']))
  })

  it.each(['invalid', 'partial', 'inconclusive', 'unjudged'] as const)(
    'of which one is %s are not judged in time, from either side',
    (verdict) => {
      const unsound = (run: Results): Results => ({ ...run, validity: { ...run.validity, verdict } })
      for (const [one, other] of [
        [unsound(base), head],
        [base, unsound(head)],
        [unsound(base), unsound(head)],
      ] as const) {
        const { changes, differences } = changesBetween(one, other)
        expect(differences).toMatchObject([{ what: 'verdict of the run' }])
        expect(changes.filter(({ exact, ratio }) => !exact && ratio !== null)).toEqual([])
      }
    },
  )

  it.each<[string, Results]>([
    ['kernel', elsewhere({ kernel: '7.1.0' })],
    ['lock file', elsewhere({ lockfileHash: null })],
    ['authbench', { ...head, run: { ...head.run, authbench: '0.2.0' } }],
    ['the same run', { ...head, run: { ...head.run, id: base.run.id } }],
  ])('with another %s are judged, and it is said', (what, other) => {
    const { changes, differences } = changesBetween(base, other)
    expect(differences).toMatchObject([{ what, consequence: 'label' }])
    expect(changes.some(({ exact, ratio }) => !exact && ratio !== null)).toBe(true)
  })

  it('with other rounds and seeds are the same', () => {
    expect(differencesBetween(base, otherwise({ rounds: 24, seed: 7 }))).toEqual([])
  })

  it('name what only one of them measured', () => {
    const without = { ...head, rounds: head.rounds.filter(({ strategy }) => strategy !== 'session-redis') }
    expect(differencesBetween(base, without)).toEqual([
      { what: 'measured on one side only', base: 'session-redis verify', head: 'none', consequence: 'label' },
    ])
    expect(verdictOf(changesBetween(base, without).changes)).not.toBe('regression')
  })
})
