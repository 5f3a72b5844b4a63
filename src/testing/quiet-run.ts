import { findingsOf } from '../findings/registry.ts'
import type { Cell } from '../results/cell.ts'
import type { MeasuredResults } from '../results/results.ts'
import { fakeResults } from './fake-results.ts'

const base = fakeResults()
/** Of a large machine that did nothing else. */
export const quiet: MeasuredResults = {
  ...base,
  environment: {
    ...base.environment,
    cores: 8,
    pinning: { server: 0, redis: 1, generator: 2, sentence: 'Own cores.' },
  },
  config: { ...base.config, connections: 16 },
  noise: { 'cpu.server': { value: 1, low: 0.99, high: 1.01, rounds: 6 } },
  validity: { ...base.validity, checks: [] },
}

export const found = (change: Partial<MeasuredResults>, cells: readonly Cell[] = []) =>
  findingsOf({ ...quiet, ...change }, cells)
