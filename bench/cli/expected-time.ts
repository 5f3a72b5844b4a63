import { expectedLoadMs, forecastLine } from '../../src/plan/forecast.ts'
import { PROFILES } from '../../src/plan/profiles.ts'
import { describeScenario } from '../scenarios/scenario.ts'
import type { PlannedRun } from './plan-run.ts'

/** One line before a run. */
export function expectedTime({
  config,
  strategies,
  scenarios,
  experiments,
}: Pick<PlannedRun, 'config' | 'strategies' | 'scenarios' | 'experiments'>): string {
  const loads = scenarios.map((scenario) => ({
    ...scenario,
    ...describeScenario(scenario, strategies.infos),
    leadsIn: strategies.infos.some(({ cache }) => cache !== null),
  }))
  const { trials } = PROFILES[config.profile]
  return forecastLine(
    expectedLoadMs(config, loads),
    experiments.map(({ meaning, effects, strategies: tried }) => ({
      id: meaning.id,
      ms: effects.expectedMs?.(trials, tried) ?? null,
    })),
  )
}
