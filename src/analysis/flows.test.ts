import { describe, expect, it } from 'vitest'
import { analyse } from '../analyse.ts'
import { summaryOf } from '../claims/evidence.ts'
import { changesWithin } from '../gates/changes-of-runs.ts'
import { buildReport } from '../report/build.ts'
import type { Cell } from '../results/cell.ts'
import { encodeHistogram, newHistogram } from '../results/histogram.ts'
import type { ScenarioInfo } from '../results/results.ts'
import { fakeCells } from '../testing/fake-cells.ts'
import { fakeContext, fakeStrategy } from '../testing/fake-subjects.ts'

const ROUNDS = 6
const none = fakeStrategy({ id: 'none', state: 'none' }, { serverUs: 60, credentialBytes: 0 })
const token = fakeStrategy({ id: 'token', state: 'stateless' }, { serverUs: 90 })
const stored = { redisUs: 12, redisCommands: 1, credentialBytes: 43 }
const pair = fakeStrategy({ id: 'pair', state: 'hybrid', refreshes: true }, { serverUs: 120, ...stored })
const other = fakeStrategy({ id: 'other', state: 'hybrid', refreshes: true }, { serverUs: 190, ...stored })
const STRATEGIES = [none, token, pair, other]

const about = { question: 'What does it cost?', model: 'closed', compared: true } as const
const VERIFY: ScenarioInfo = { ...about, id: 'verify', title: 'Read' }
const REFRESH: ScenarioInfo = { ...about, id: 'refresh', title: 'Refresh', strategies: ['pair', 'other'] }
const MIXED: ScenarioInfo = { ...about, id: 'mixed', title: 'Mix', mixed: true }

const hdr = (us: number, count: number) => {
  const histogram = newHistogram()
  histogram.recordValueWithCount(us, count)
  return encodeHistogram(histogram)
}

/** As many reads of a time, and some logins of another one. */
const withCohorts = (cell: Cell, us: number): Cell =>
  cell.state === 'failed'
    ? cell
    : {
        ...cell,
        load: {
          ...cell.load,
          cohorts: {
            read: { responses: 2000, requests: 2000, latencyHdr: hdr(us, 2000) },
            login: { responses: 20, requests: 20, latencyHdr: hdr(9 * us, 20) },
          },
        },
      }

/** Windows that end anywhere: the store counts a little more or less. */
const unevenly = (cell: Cell): Cell =>
  cell.state === 'failed' || cell.store === null || cell.store.bytesIn === 0
    ? cell
    : {
        ...cell,
        store: { ...cell.store, commands: { get: cell.load.responses + 7 * cell.round - cell.position } },
      }

const cellsOf = (scenario: string, strategies = STRATEGIES) =>
  fakeCells({ strategies, rounds: ROUNDS, scenario }).map((cell) => withCohorts(cell, 100 + cell.round))

const run = (cells: readonly Cell[], scenarios: readonly ScenarioInfo[]) =>
  analyse(cells, { ...fakeContext(STRATEGIES, ROUNDS), scenarios: [...scenarios] })

const READS = fakeCells({ strategies: STRATEGIES, rounds: ROUNDS })
const REFRESHES = cellsOf('refresh', [pair, other])
const MIX = cellsOf('mixed').map(unevenly)

describe('a scenario that applies to some strategies', () => {
  const results = run([...READS, ...REFRESHES], [VERIFY, REFRESH])

  it('misses nothing of the others', () => {
    expect(results.validity).toMatchObject({ verdict: 'ok', reasons: [] })
  })

  it('compares with the first of them, whose second copy is the noise', () => {
    const rows = results.comparisons.filter(({ scenario }) => scenario === 'refresh')
    expect(new Set(rows.map(({ strategy, baseline }) => `${strategy} ${baseline}`))).toEqual(
      new Set(['other pair']),
    )
    expect(rows.find(({ metric }) => metric === 'cpu.server')).toMatchObject({ verdict: 'worse' })
    expect(rows.find(({ metric }) => metric === 'cpu.server')?.band).toBeGreaterThan(1)
  })

  it('says so where one of them is missing', () => {
    const { validity } = run(
      [...READS, ...REFRESHES.filter(({ strategy }) => strategy !== 'other')],
      [VERIFY, REFRESH],
    )
    expect(validity.reasons).toEqual(['other (refresh): no round was completed.'])
  })
})

describe('kinds of requests', () => {
  const results = run([...READS, ...MIX], [VERIFY, MIXED])

  it('are pooled over the rounds, with the percentiles that they are enough for', () => {
    expect(results.cohorts.map(({ strategy, cohort, count }) => `${strategy} ${cohort} ${count}`)).toEqual(
      STRATEGIES.flatMap(({ info: { id } }) => [`${id} read 12000`, `${id} login 120`]),
    )
    // Six rounds at 100 to 105 us: the median of the pool lies between the third and the fourth.
    expect(results.cohorts[0]).toMatchObject({ scenario: 'mixed', p50: 102, p99: 105 })
    expect(results.cohorts[1]).toMatchObject({ p50: null, p99: null })
  })

  it('have no one size, and counts with a spread', () => {
    const metrics = (scenario: string) =>
      new Set(results.summary.filter((row) => row.scenario === scenario).map(({ metric }) => metric))
    expect(metrics('verify')).toContain('bytes.request_head')
    expect(metrics('mixed')).not.toContain('bytes.request_head')
    expect(metrics('mixed')).toContain('bytes.credential')
    const commands = results.comparisons.filter(
      ({ metric, scenario, baseline }) =>
        metric === 'redis.commands' && scenario === 'mixed' && baseline === 'none',
    )
    expect(commands.map(({ strategy, verdict }) => `${strategy} ${verdict}`)).toEqual([
      'token equal',
      'pair worse',
      'other worse',
    ])
  })

  it('do not say what checking a credential takes', () => {
    const exact = [{ ...MIXED, mixed: false }, VERIFY]
    const cells = MIX.map((cell) => withCohorts(cell, 100))
    expect(summaryOf(run(cells, exact), 'pair', 'redis.commands')).toBeNull()
    expect(summaryOf(run([...cells, ...READS], exact), 'pair', 'redis.commands')?.scenario).toBe('verify')
  })

  it('are never held to an exact count against another checkout', () => {
    const base = MIX.flatMap((cell): Cell[] => (cell.arm === 'main' ? [{ ...cell, arm: 'base' }] : []))
    const reads = READS.flatMap((cell): Cell[] => (cell.arm === 'main' ? [{ ...cell, arm: 'base' }] : []))
    const changes = changesWithin(run([...READS, ...reads, ...MIX, ...base], [VERIFY, MIXED]))
    const counted = changes.filter(({ metric }) => metric === 'redis.commands')
    expect(new Set(counted.map(({ scenario }) => scenario))).toEqual(new Set(['verify']))
    expect(changes.some(({ metric, scenario }) => metric === 'cpu.server' && scenario === 'mixed')).toBe(true)
  })

  it('nor are servers that ask Redis by the clock, whatever their scenario', () => {
    const reads = READS.flatMap((cell): Cell[] => (cell.arm === 'main' ? [{ ...cell, arm: 'base' }] : []))
    const measured = run([...READS, ...reads], [VERIFY])
    const counted = (more: object) =>
      changesWithin({
        ...measured,
        strategies: measured.strategies.map((info) => (info.id === 'pair' ? { ...info, ...more } : info)),
      }).flatMap(({ metric, strategy }) => (metric === 'redis.commands' ? [strategy] : []))
    expect(counted({})).toContain('pair')
    expect(counted({ background: true })).not.toContain('pair')
    expect(counted({ cache: { entries: 1, seconds: 5 } })).not.toContain('pair')
  })

  it('have a table in the report, and nothing of strategies that were not to be measured', () => {
    const { sections } = buildReport(run([...READS, ...MIX, ...REFRESHES], [VERIFY, REFRESH, MIXED]))
    const tables = sections
      .filter(({ id }) => id === 'kinds')
      .flatMap(({ blocks }) => blocks.flatMap((block) => (block.kind === 'table' ? [block.table] : [])))
    const texts = ({ rows }: (typeof tables)[number]) =>
      rows.map((row) => row.map((cell) => (cell.kind === 'text' ? cell.text : '')))
    expect(tables.map(({ caption }) => caption)).toEqual(['Refresh', 'Mix'])
    expect(tables.map(texts)).toEqual([
      ['pair', 'other'].map((id) => [id, '102 µs / 105 µs', '– / –']),
      STRATEGIES.map(({ info: { id } }) => [id, '102 µs / 105 µs', '– / –']),
    ])
    expect(tables[0]?.note).toContain('read 12,000 requests and login 120 requests')
  })
})
