// In this folder: one run. It goes through rounds, a round through passes over its lanes, and a pass through slices.

import { planRounds } from '../../src/plan/rounds.ts'
import type { Cell } from '../../src/results/cell.ts'
import type { AuthbenchError } from '../../src/results/errors.ts'
import type { RunConfig } from '../../src/results/results.ts'
import type { StrategyInfo } from '../../src/results/strategy-info.ts'
import type { RunListener } from '../progress/events.ts'
import { describeScenario, type Scenario } from '../scenarios/scenario.ts'
import type { Bench } from './equipment.ts'
import { asAuthbenchError } from './lane.ts'
import { runRound } from './round.ts'

export interface RunPlan {
  /** From this round on: what came before is measured already. */
  readonly firstRound?: number
  readonly config: RunConfig
  readonly strategies: readonly StrategyInfo[]
  readonly scenarios: readonly Scenario[]
  /** Every key of the run starts with it. */
  readonly keyPrefix: string
}

export interface RunEffects {
  readonly bench: Bench
  readonly signal: AbortSignal
  readonly listener: RunListener
  /** Keeps a cell before the next round begins, so that nothing measured is lost. */
  readonly keep: (cell: Cell) => void
}

export interface RunOutcome {
  readonly cells: readonly Cell[]
  /** Fewer rounds than planned. */
  readonly partial: boolean
  readonly fatal: AuthbenchError | null
}

/** All rounds of the plan, until they are done, the signal comes, or nothing more can be measured. */
export async function runAll(plan: RunPlan, effects: RunEffects): Promise<RunOutcome> {
  const { bench, signal, listener, keep } = effects
  const strategies = new Map(plan.strategies.map((info) => [info.id, info]))
  const scenarios = new Map(plan.scenarios.map((scenario) => [scenario.id, scenario]))
  const cells: Cell[] = []
  const planned = plan.scenarios.map((scenario) => ({
    ...describeScenario(scenario, plan.strategies),
    params: scenario.params,
  }))
  for (const round of planRounds(plan.config, planned)) {
    if (round.round < (plan.firstRound ?? 0)) continue
    if (signal.aborted) return { cells, partial: true, fatal: null }
    const scenario = scenarios.get(round.scenario)
    if (scenario === undefined) throw new Error(`no scenario '${round.scenario}'`)
    const outcome = await runRound(round, {
      bench,
      config: plan.config,
      strategies,
      scenario,
      // As long in every round, because its bytes are counted.
      keyPrefix: `${plan.keyPrefix}${round.scenario}:${String(round.round).padStart(4, '0')}:`,
      signal,
      listener,
    })
    try {
      for (const cell of outcome.cells) {
        cells.push(cell)
        keep(cell)
        listener({ type: 'cell', cell })
      }
    } catch (error) {
      return { cells, partial: true, fatal: asAuthbenchError(error) }
    }
    if (outcome.fatal !== null) return { cells, partial: true, fatal: outcome.fatal }
    const whole = outcome.cells.filter(({ state, attempt }) => state !== 'interrupted' && attempt === 0)
    if (signal.aborted && whole.length < round.subjects.length * round.points.length)
      return { cells, partial: true, fatal: null }
  }
  return { cells, partial: false, fatal: null }
}
