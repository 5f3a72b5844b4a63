import { type AnalysisContext, analyse } from '../analyse.ts'
import type { Cell } from '../results/cell.ts'
import { fakeCells } from './fake-cells.ts'
import { fakeContext, fakeStrategy } from './fake-subjects.ts'

export const none = fakeStrategy({ id: 'none', state: 'none' }, { serverUs: 60, credentialBytes: 0 })
export const cheap = fakeStrategy({ id: 'cheap', state: 'stateless' }, { serverUs: 90 })
export const dear = fakeStrategy(
  { id: 'dear', state: 'stateful', needs: ['redis'] },
  { serverUs: 135, redisUs: 12, redisCommands: 1, credentialBytes: 43 },
)
export const alike = fakeStrategy({ id: 'alike', state: 'stateful' }, { serverUs: 60, credentialBytes: 0 })
export const STRATEGIES = [none, cheap, dear, alike]

const made = new Map<number, readonly Cell[]>()
/** Made once: histograms take most of the time of these tests. */
export function baseCells(rounds: number): Cell[] {
  const cells = made.get(rounds) ?? fakeCells({ strategies: STRATEGIES, rounds })
  made.set(rounds, cells)
  return [...cells]
}

export const run = (
  rounds: number,
  change: (cells: Cell[]) => Cell[] = (cells) => cells,
  context?: Partial<AnalysisContext>,
) =>
  analyse(change(baseCells(rounds)), {
    ...fakeContext(STRATEGIES, rounds),
    ...context,
  })

export const compared = (
  results: ReturnType<typeof analyse>,
  metric: string,
  strategy: string,
  baseline = 'none',
) =>
  results.comparisons.find(
    (row) => row.metric === metric && row.strategy === strategy && row.baseline === baseline,
  )

export const invalidated = (cell: Cell): Cell =>
  cell.state === 'completed'
    ? {
        ...cell,
        state: 'invalid',
        checks: [
          {
            id: 'statuses',
            value: 3,
            warnLimit: null,
            invalidLimit: 0,
            outcome: 'invalid',
            sentence: '3 responses were wrong.',
          },
        ],
      }
    : cell
