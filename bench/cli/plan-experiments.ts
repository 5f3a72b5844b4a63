import { EXPERIMENTS } from '../../src/experiments/registry.ts'
import type { Options } from '../../src/plan/config.ts'
import { triedIn } from '../../src/plan/profiles.ts'
import { AuthbenchError } from '../../src/results/errors.ts'
import type { RunConfig } from '../../src/results/results.ts'
import { EXPERIMENT_RUNS } from '../experiments/registry.ts'
import { choosable, chosenStrategies } from '../subjects/chosen-strategies.ts'
import type { OwnStrategy } from '../subjects/own-strategies.ts'
import type { ExperimentPlan } from '../trials/run-experiment.ts'
import type { refuseIgnored } from './ignored-options.ts'

export type PlannedExperiment = Pick<ExperimentPlan, 'meaning' | 'effects' | 'strategies'>

/** Of every experiment all strategies that it is about. */
export function strategiesOfExperiments(
  own: readonly OwnStrategy[],
): Readonly<Record<string, readonly string[]>> {
  const all = chosenStrategies(choosable(own, null), own, null).infos
  return Object.fromEntries(
    Object.entries(EXPERIMENT_RUNS).map(([id, { appliesTo = () => true, proves }]) => [
      id,
      all
        .filter((strategy) => appliesTo(strategy) && (strategy.proof === undefined || proves === true))
        .map((strategy) => strategy.id),
    ]),
  )
}

/**
 * Those of the run, each with the strategies that the user named, or that the profile tries. What the profile offers and is about none of
 * these is left out.
 * @throws AuthbenchError SCENARIO_NOT_APPLICABLE
 */
export function plannedExperiments(
  { experiments = [], profile }: RunConfig,
  own: readonly OwnStrategy[],
  { strategies: named, scenarios: asked }: Options,
): readonly PlannedExperiment[] {
  const isOwn = (id: string) => own.some(({ info }) => info.id === id)
  const applying = strategiesOfExperiments(own)
  return EXPERIMENTS.filter(({ id }) => experiments.includes(id)).flatMap((meaning) => {
    const effects = EXPERIMENT_RUNS[meaning.id]
    if (effects === undefined) return []
    const about = applying[meaning.id] ?? []
    const wanted = named === undefined ? triedIn(profile, about) : named.includes('all') ? about : named
    const { infos } = chosenStrategies(about, own, null)
    const strategies = infos.filter(({ id }) => wanted.includes(id) || isOwn(id))
    if (infos.length > 0 && strategies.length === 0) {
      if (asked === undefined) return []
      throw new AuthbenchError('SCENARIO_NOT_APPLICABLE', `${meaning.id} is about none of these strategies`, {
        next: `Leave it out, or name one of ${infos.map(({ id }) => id).join(', ')}.`,
      })
    }
    return [{ meaning, effects, strategies }]
  })
}

const LOAD_OPTIONS = [
  'rounds',
  'connections',
  'pool',
  'popularity',
  'against',
  'gate',
  'target',
  'handlerWait',
  'handlerCpu',
  'handlerRow',
  'roles',
  'storeRtt',
  'link',
  'tls',
] as const satisfies readonly (keyof Options)[]

/** What only a load makes use of, where there is none. */
export const ignoredWithoutLoad = (
  options: Options,
  { scenarios }: RunConfig,
): Parameters<typeof refuseIgnored>[0] =>
  LOAD_OPTIONS.map((option) => ({
    when: scenarios.length === 0 && options[option] !== undefined,
    message: `--${option.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} is about loads, and this run has experiments only`,
    next: 'Leave it out, or add a scenario such as verify to --scenarios.',
  }))
