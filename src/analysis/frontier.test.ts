import { describe, expect, it } from 'vitest'
import { analyse } from '../analyse.ts'
import { buildReport } from '../report/build.ts'
import type { Cell } from '../results/cell.ts'
import { resultsSchema } from '../results/results.ts'
import { fakeCells } from '../testing/fake-cells.ts'
import { fakeContext, fakeStrategy } from '../testing/fake-subjects.ts'

const SCENARIO = {
  id: 'blacklist-size',
  title: 'List',
  question: 'Why JWT?',
  model: 'closed',
  compared: true,
  worlds: true,
} as const
const none = fakeStrategy({ id: 'none', state: 'none', revocation: { effect: 'never' } }, { serverUs: 50 })
const asking = { redisUs: 10, redisCommands: 1 }
const session = fakeStrategy(
  { id: 'session', state: 'stateful', roundTrips: 1, stores: 'sessions' },
  { serverUs: 90, ...asking },
)
const lookup = fakeStrategy(
  {
    id: 'lookup',
    state: 'hybrid',
    family: 'revocable token',
    roundTrips: 1,
    revocation: { effect: 'immediate' },
    stores: 'what is revoked',
  },
  { serverUs: 120, ...asking },
)
const pushed = fakeStrategy(
  {
    id: 'pushed',
    state: 'hybrid',
    family: 'revocable token',
    roundTrips: 0,
    stores: 'what is revoked',
    revocation: { effect: 'within', ms: 1000 },
  },
  { serverUs: 70 },
)

const MEGABYTE = 2 ** 20
const withMemory = (cell: Cell, entries: number, bytes: number): Cell =>
  cell.state === 'completed'
    ? { ...cell, fill: entries === 0 ? null : { entries, bytes: MEGABYTE, serverBytes: bytes } }
    : cell

function analysed(
  strategies: readonly (typeof session)[],
  rounds = 8,
  growthOf = (_id: string) => 0,
  changed = (cell: Cell) => cell,
  fills: readonly number[] = [0, 1_000_000],
) {
  const cells = fills.flatMap((entries) =>
    [0, 1].flatMap((storeRttMs) =>
      fakeCells({
        strategies: strategies.map((each) => ({
          ...each,
          serverUs: each.serverUs + 40 * storeRttMs * each.info.roundTrips,
        })),
        rounds,
        scenario: SCENARIO.id,
        params: { entries, storeRttMs },
        noise: 0.003,
        seed: 1 + storeRttMs,
      }).map((cell) => changed(withMemory(cell, entries, growthOf(cell.strategy)))),
    ),
  )
  return analyse(cells, { ...fakeContext(strategies, rounds), scenarios: [SCENARIO] })
}
const beatenBy = (results: ReturnType<typeof analysed>, id: string) =>
  results.frontier?.rows.find(({ strategy }) => strategy === id)?.beatenBy
const claim = (results: ReturnType<typeof analysed>) =>
  results.claims.find(({ id }) => id === 'blacklist-loses-the-point')

/** The last column of the table: who beats it. */
const told = (results: ReturnType<typeof analysed>) =>
  buildReport(results)
    .sections.find(({ id }) => id === 'blacklist-size')
    ?.blocks.flatMap((block) => (block.kind === 'table' ? block.table.rows : []))
    .map((row) => {
      const cell = row.at(-1)
      return cell?.kind === 'text' ? cell.text : null
    })

describe('the frontier', () => {
  const results = analysed([none, session, lookup, pushed])

  it('leaves out who is worse in something and better in nothing', () => {
    expect(() => resultsSchema.parse(results)).not.toThrow()
    expect(results.frontier).toMatchObject({ entries: 1_000_000, nearMs: 0, farMs: 1 })
    expect(beatenBy(results, 'lookup')).toEqual(['session'])
    expect(beatenBy(results, 'pushed')).toEqual([])
    expect(beatenBy(results, 'session')).toEqual([])
  })

  it('answers the claim: it holds for what is looked up, and not for what is pushed', () => {
    expect(claim(results)).toMatchObject({
      verdict: 'depends',
      why: expect.stringMatching(
        /A session beats lookup\. None beats pushed, for CPU, latency and trips to the store\./,
      ),
    })
    expect(claim(analysed([none, session, lookup]))?.verdict).toBe('supported')
    expect(claim(analysed([none, session, pushed]))?.verdict).toBe('refuted')
  })

  it('leaves the claim open while a pair that would decide is not judged', () => {
    // Times of both have intervals; the rounds that they have in common are too few.
    const apart = (cell: Cell): Cell =>
      cell.strategy === 'lookup' ? { ...cell, round: cell.round + 5 } : cell
    const results = analysed([none, session, lookup], 8, () => 0, apart)
    const row = results.frontier?.rows.find(({ strategy }) => strategy === 'lookup')
    expect(row?.cost?.low).not.toBeNull()
    expect(row?.beatenBy).toEqual([])
    expect(row?.others).toEqual([{ strategy: 'session', worseIn: [], openIn: ['cost', 'latency'] }])
    expect(claim(results)).toMatchObject({
      verdict: 'open',
      why: expect.stringContaining('not judged against it (times need 6 rounds): lookup.'),
    })
    expect(told(results)).toEqual(['not judged', 'not judged'])
  })

  it('leaves it open where memory is not known, and where nothing is told apart', () => {
    const untold = (cell: Cell): Cell =>
      cell.state === 'completed' && cell.strategy === 'session' ? { ...cell, fill: null } : cell
    expect(claim(analysed([none, session, lookup], 8, () => 0, untold))?.verdict).toBe('open')
    const alike = { ...lookup, serverUs: session.serverUs }
    expect(claim(analysed([none, session, alike]))?.verdict).toBe('open')
  })

  it('is refuted beside what is open only where the token has kept a point against every session', () => {
    // Trips to the store alone say that no session beats it.
    expect(claim(analysed([none, session, pushed], 3))?.verdict).toBe('refuted')
    expect(claim(analysed([none, session, lookup, pushed], 3))?.verdict).toBe('not measured')
  })

  it('names the memory that alone keeps a list, with what entries really take', () => {
    const bytes: Readonly<Record<string, number>> = { session: 553, lookup: 165, pushed: 207 }
    const list = { ...lookup, info: { ...lookup.info, entriesFor: 'revoked' as const } }
    const grown = analysed([none, session, list, pushed], 8, (id) => 1_000_000 * (bytes[id] ?? 0))
    expect(claim(grown)).toMatchObject({
      verdict: 'refuted',
      why: expect.stringMatching(/None beats lookup, for memory alone\. None beats pushed, for CPU/),
    })
  })

  it('does not hold the memory of a list against a store for everyone, unless it takes less', () => {
    const list = { ...lookup, info: { ...lookup.info, entriesFor: 'revoked' as const } }
    const heavy = (id: string) => (id === 'lookup' ? 100 * MEGABYTE : 0)
    expect(beatenBy(analysed([none, session, list], 8, heavy), 'lookup')).toEqual([])
    expect(claim(analysed([none, session, list], 8, heavy))?.verdict).toBe('open')
    const whitelist = { ...lookup, info: { ...lookup.info, entriesFor: 'everyone' as const } }
    expect(claim(analysed([none, session, whitelist], 8, heavy))?.verdict).toBe('supported')
  })

  it('takes empty stores for no memory', () => {
    const empty = analysed(
      [none, session, lookup],
      8,
      () => 0,
      (cell) => cell,
      [0],
    )
    expect(empty.frontier).toMatchObject({ entries: 0 })
    expect(empty.frontier?.rows.map(({ memoryBytes }) => memoryBytes)).toEqual([0, 0])
  })

  it('counts memory that grows with the entries, but not what moves by itself', () => {
    const soon = { ...pushed, info: { ...pushed.info, revocation: { effect: 'immediate' } as const } }
    const heavy = (bytes: number) => analysed([none, session, soon], 8, (id) => (id === 'pushed' ? bytes : 0))
    expect(beatenBy(heavy(MEGABYTE), 'session')).toEqual(['pushed'])
    expect(beatenBy(heavy(100 * MEGABYTE), 'session')).toEqual([])
  })

  it('beats nobody with memory that is not known, and weighs none where none is', () => {
    const ownRedis = (cell: Cell): Cell =>
      cell.state === 'completed' && cell.strategy === 'session' ? { ...cell, fill: null } : cell
    expect(
      beatenBy(
        analysed([none, session, lookup], 8, () => 0, ownRedis),
        'lookup',
      ),
    ).toEqual([])
    const nobody = (cell: Cell): Cell => (cell.state === 'completed' ? { ...cell, fill: null } : cell)
    expect(
      beatenBy(
        analysed([none, session, lookup], 8, () => 0, nobody),
        'lookup',
      ),
    ).toEqual(['session'])
  })

  it('beats nobody after too few rounds', () => {
    const few = analysed([none, session, lookup, pushed], 3)
    expect(few.frontier?.rows.every((row) => row.beatenBy.length === 0)).toBe(true)
    expect(claim(few)?.verdict).toBe('not measured')
  })

  it('is in the report', () => {
    const section = buildReport(results).sections.find(({ id }) => id === 'blacklist-size')
    const [items] = section?.blocks.flatMap((block) => (block.kind === 'list' ? [block.items] : [])) ?? []
    expect(items).toEqual(['Beaten by nobody: session and pushed.', 'lookup is beaten by session.'])
    expect(section?.blocks.flatMap((block) => (block.kind === 'chart' ? [block.chart] : []))).toMatchObject([
      {
        rows: [
          { id: 'session', front: true },
          { id: 'lookup', front: false },
          { id: 'pushed', front: true },
        ],
      },
    ])
  })

  it('is called by no name in the report where nothing was judged', () => {
    const few = analysed([none, session, lookup], 3)
    const blocks = buildReport(few).sections.find(({ id }) => id === 'blacklist-size')?.blocks
    expect(blocks?.flatMap((block) => (block.kind === 'list' ? block.items : []))).toEqual([
      'Not judged: times need a valid run with enough rounds.',
    ])
    expect(told(few)).toEqual(['not judged', 'not judged'])
    const dots = blocks?.flatMap((block) =>
      block.kind === 'chart' && block.chart.kind === 'tradeoff' ? block.chart.rows : [],
    )
    expect(dots?.filter(({ front }) => front)).toEqual([])
  })
})
