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
) {
  const cells = [0, 1_000_000].flatMap((entries) =>
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
      why: expect.stringMatching(/A session beats lookup\. None beats pushed\./),
    })
    expect(claim(analysed([none, session, lookup]))?.verdict).toBe('supported')
    expect(claim(analysed([none, session, pushed]))?.verdict).toBe('refuted')
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
    const blocks = buildReport(analysed([none, session, lookup], 3)).sections.find(
      ({ id }) => id === 'blacklist-size',
    )?.blocks
    expect(blocks?.flatMap((block) => (block.kind === 'list' ? block.items : []))).toEqual([
      'Not judged: times need a valid run with enough rounds.',
    ])
  })
})
