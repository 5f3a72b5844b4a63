import { checkCell } from '../checks/registry.ts'
import type { CellData } from '../metrics/metric.ts'
import type { LoadSample, Probe, Slice } from '../results/cell.ts'
import { fakeCells } from './fake-cells.ts'
import { fakeStrategy } from './fake-subjects.ts'

export const strategy = fakeStrategy(
  { id: 'session-redis', state: 'stateful' },
  { redisUs: 12, redisCommands: 1 },
)

export function healthy(
  options: { readonly slices?: number; readonly sliceSeconds?: number } = {},
): CellData {
  const [cell] = fakeCells({ strategies: [strategy], rounds: 1, ...options })
  if (cell === undefined || cell.state === 'failed') throw new Error('no cell')
  return cell
}

export const withLoad = (change: Partial<LoadSample>): CellData => {
  const cell = healthy()
  return { ...cell, load: { ...cell.load, ...change } }
}
export const withSlices = (change: (slice: Slice, index: number) => Partial<Slice>): CellData =>
  withLoad({ slices: healthy().load.slices.map((slice, index) => ({ ...slice, ...change(slice, index) })) })
export const withProbe = (change: Partial<Probe>): CellData => {
  const cell = healthy()
  return { ...cell, probe: { ...cell.probe, ...change } }
}
export const withMachine = (stealShare: number, foreignShare: number) =>
  withSlices(({ machine }) => {
    if (machine === null) throw new Error('no machine')
    return {
      machine: {
        ...machine,
        stealUs: machine.totalUs * stealShare,
        busyUs: machine.busyUs + machine.totalUs * foreignShare,
      },
    }
  })

export const outcome = (id: string, cell: CellData) =>
  checkCell(cell, strategy.info).find((check) => check.id === id)?.outcome
export const sentence = (id: string, cell: CellData) =>
  checkCell(cell, strategy.info).find((check) => check.id === id)?.sentence
