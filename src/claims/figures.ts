import type { Params } from '../results/cell.ts'
import type { ExperimentResult, Figure } from '../results/experiment.ts'
import type { MeasuredResults } from '../results/results.ts'

/** What an experiment of the run found, whether or not it came to its end; null: it did not run. */
export const experimentOf = ({ experiments = [] }: MeasuredResults, id: string): ExperimentResult | null =>
  experiments.find((experiment) => experiment.id === id) ?? null

/** @param params those that are asked for; a figure may have more */
export const figureOf = (
  { figures }: ExperimentResult,
  id: string,
  subject: string,
  params: Params = {},
): Figure | null =>
  figures.find(
    (figure) =>
      figure.id === id &&
      figure.subject === subject &&
      Object.entries(params).every(([name, value]) => figure.params[name] === value),
  ) ?? null
