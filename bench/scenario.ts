import type { Params } from '../src/cell.ts'
import type { ScenarioInfo } from '../src/results.ts'
import type { EngineRequest } from './load/engine.ts'

/** One workload that answers one question. Data only, so that it can be logged and shown. */
export interface Scenario extends ScenarioInfo {
  /** The points of the workload's parameter space; one empty record where it has none. */
  readonly params: readonly Params[]
  readonly route: Pick<EngineRequest, 'method' | 'path'>
  readonly expectStatus: number
}
