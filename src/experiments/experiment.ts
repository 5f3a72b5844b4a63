// In this folder: what the observations of each experiment mean, and how a journal becomes a result. One file for each experiment.

import type { z } from 'zod'
import type { Analysis } from '../results/experiment.ts'
import type { StrategyInfo } from '../results/strategy-info.ts'

/** What an experiment means: pure, so that a stored run can be read again. */
export interface Experiment {
  readonly id: string
  readonly title: string
  /** One question, which reports print. */
  readonly question: string
  /** @throws ZodError for what is no observation of it */
  parse(value: unknown): unknown
  analyse(observations: readonly unknown[], strategies: readonly StrategyInfo[]): Analysis
}

/** Keeps the type of an observation inside: the registry holds experiments of many. */
export function experiment<Observation>(spec: {
  readonly title: string
  readonly question: string
  readonly observation: z.ZodType<Observation>
  /** Of any number of observations, none included: an experiment may be interrupted. Strategies: those that took part. */
  analyse(observations: readonly Observation[], strategies: readonly StrategyInfo[]): Analysis
}): Omit<Experiment, 'id'> {
  const { title, question, observation, analyse } = spec
  return {
    title,
    question,
    parse: (value) => observation.parse(value),
    analyse: (values, strategies) =>
      analyse(
        values.map((value) => observation.parse(value)),
        strategies,
      ),
  }
}
