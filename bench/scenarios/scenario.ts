// In this folder: one file for each scenario. A scenario is data, made of the words in this file.

import { isDeepStrictEqual } from 'node:util'
import type { Params } from '../../src/results/cell.ts'
import { AuthbenchError } from '../../src/results/errors.ts'
import type { ScenarioInfo } from '../../src/results/results.ts'
import type { StrategyInfo } from '../../src/results/strategy-info.ts'
import type { WorldPart } from '../../src/worlds/world.ts'
import type { EngineRequest } from '../load/engine.ts'
import type { Pool } from '../run/pool.ts'

/**
 * How a scenario loads its servers.
 * - `closed`: every connection sends its next request as soon as it has its answer
 * - `paced`: an open loop at a share of what servers can serve, taken from `params.load`; the capacity is that of the
 *   slowest server of the round, so that all get the same schedule, or each server's own. Or at `params.rate`, where nobody may find that out
 * - `search`: trials at ever closer rates, for the highest that keeps p99 within the limit
 */
export type ScenarioLoad =
  | { readonly kind: 'closed' }
  | { readonly kind: 'paced'; readonly capacity: 'slowest' | 'own' }
  | { readonly kind: 'search' }

/** What a user does with a session of their own: each on its route, with its status, and as a cohort of its own. */
export type Step = 'login' | 'read' | 'refresh' | 'logout'

/** One workload that answers one question. */
export interface Scenario extends Omit<ScenarioInfo, 'strategies' | 'worlds'> {
  readonly load: ScenarioLoad
  /** The points of the workload's parameter space; one empty record where it has none. */
  readonly params: readonly Params[]
  /** Of the protected read. */
  readonly route: Pick<EngineRequest, 'method' | 'path'>
  readonly expectStatus: number
  /** What every connection does, again and again, with sessions of its own instead of credentials that were issued before. */
  readonly steps?: readonly Step[]
  /** Whose credentials the load of a point is made of; the pool of the run where it is not given. */
  readonly pool?: (params: Params) => Pool
  /** What of its world a point says; the rest is that of the run. */
  readonly world?: (params: Params) => WorldPart
  /** So many entries of others are in the store before the load of a point; in rising order. */
  readonly entries?: (params: Params) => number
  /** Of strategies that can take the steps; all where it is not given. */
  readonly appliesTo?: (strategy: StrategyInfo) => boolean
}

/** With the points that the user asked for, where a point is a number of entries. */
export const withEntries = (scenario: Scenario, asked: readonly number[] | undefined): Scenario =>
  scenario.entries === undefined || asked === undefined
    ? scenario
    : {
        ...scenario,
        params: asked.flatMap((entries) => restsOf(scenario).map((rest) => ({ entries, ...rest }))),
      }

/** Of the run where the user asked for a number of them. */
export const withConnections = (scenario: Scenario, asked: number | undefined): Scenario => {
  const { connections: _, ...rest } = scenario
  return asked === undefined ? scenario : rest
}

/** At the limit itself: what share of what the target can serve that is, nobody finds out. */
export const atRate = (scenario: Scenario, maxRate: number | undefined): Scenario =>
  maxRate === undefined || scenario.load.kind !== 'paced'
    ? scenario
    : { ...scenario, params: [{ rate: maxRate }] }

/** What its points say besides, each once. */
function restsOf({ params }: Scenario): readonly Params[] {
  const rests = params.map(({ entries: _, ...rest }) => rest)
  return rests.filter((rest, index) => rests.findIndex((other) => isDeepStrictEqual(rest, other)) === index)
}

/** No generator signs a proof for each of its requests: the client would be what is measured. */
const needsNoProof = ({ proof }: StrategyInfo): boolean => proof === undefined

/** Where an endpoint of others lets users in, and what its handler does, nobody knows here. */
const applies = ({ steps, world, appliesTo }: Scenario, strategy: StrategyInfo): boolean =>
  needsNoProof(strategy) &&
  ((steps === undefined && world === undefined) || strategy.family !== 'target') &&
  (appliesTo?.(strategy) ?? true)

/** What plans and reports need to know of it. */
export function describeScenario(scenario: Scenario, strategies: readonly StrategyInfo[]): ScenarioInfo {
  const { id, title, question, model, compared, mixed, connections } = scenario
  const measured = strategies.filter((strategy) => applies(scenario, strategy))
  return {
    id,
    title,
    question,
    model,
    compared,
    ...(mixed === undefined ? {} : { mixed }),
    ...(scenario.world === undefined ? {} : { worlds: true }),
    ...(connections === undefined ? {} : { connections }),
    ...(measured.length === strategies.length ? {} : { strategies: measured.map((strategy) => strategy.id) }),
  }
}

/**
 * Those in which something is measured.
 * @throws AuthbenchError SCENARIO_NOT_APPLICABLE
 */
export function applicableScenarios(
  scenarios: readonly Scenario[],
  strategies: readonly StrategyInfo[],
): readonly Scenario[] {
  // The baseline is added to every run: alone it answers no scenario's question.
  const asked = strategies.filter(({ state }) => state !== 'none')
  const judged = asked.length > 0 ? asked : strategies
  const some = scenarios.filter((scenario) => judged.some((strategy) => applies(scenario, strategy)))
  if (some.length > 0) return some
  const names = scenarios.map(({ id }) => id).join(', ')
  throw new AuthbenchError(
    'SCENARIO_NOT_APPLICABLE',
    `none of these strategies can be measured in ${names}`,
    {
      next: asked.every(needsNoProof)
        ? '`authbench list strategies` shows all; refresh takes one that refreshes, a target takes no logins.'
        : 'Clients of a strategy that asks for proofs (jwt-dpop) sign one for each request, which no load generator does: the experiment leak and `authbench conformance` have them.',
    },
  )
}
