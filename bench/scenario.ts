import type { Params } from '../src/cell.ts'
import type { ScenarioInfo } from '../src/results.ts'
import type { EngineRequest } from './load/engine.ts'

/**
 * How a scenario loads its servers.
 * - `closed`: every connection sends its next request as soon as it has its answer
 * - `paced`: an open loop at a share of what servers can serve, taken from `params.load`; the capacity is that of the
 *   slowest server of the round, so that all get the same schedule, or each server's own
 * - `search`: trials at ever closer rates, for the highest that keeps p99 within the limit
 */
export type ScenarioLoad =
  | { readonly kind: 'closed' }
  | { readonly kind: 'paced'; readonly capacity: 'slowest' | 'own' }
  | { readonly kind: 'search' }

/** One workload that answers one question. Data only, so that it can be logged and shown. */
export interface Scenario extends ScenarioInfo {
  readonly load: ScenarioLoad
  /** The points of the workload's parameter space; one empty record where it has none. */
  readonly params: readonly Params[]
  readonly route: Pick<EngineRequest, 'method' | 'path'>
  readonly expectStatus: number
}
