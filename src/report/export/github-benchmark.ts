import { machineKey } from '../../results/environment.ts'
import type { Estimate, Results } from '../../results/results.ts'
import { formatChange } from '../../units.ts'
import type { FormatId } from '../formats.ts'
import type { Reporter } from '../reporter.ts'
import { benchmarkName, followed, intervalOf } from './benchmark-names.ts'

interface Entry {
  readonly name: string
  readonly unit: string
  readonly value: number
  readonly range?: string
  /** Shown when the mouse is over a point. */
  readonly extra: string
}

/** The consumer reads one number behind the sign: the larger half of the interval. */
function rangeOf(estimate: Estimate): { readonly range?: string } {
  const interval = intervalOf(estimate)
  if (interval === null) return {}
  const half = Math.max(estimate.value - interval.low, interval.high - estimate.value)
  return { range: `± ${Number(half.toPrecision(3))}` }
}

function extraOf(metric: string, { rounds }: Estimate, { noise, environment, validity }: Results): string {
  const floor = noise[metric]
  return [
    `n=${rounds}`,
    ...(floor === undefined ? [] : [`A/A ${formatChange(floor)}`]),
    machineKey(environment),
    ...(validity.verdict === 'ok' ? [] : [`run: ${validity.verdict}`]),
  ].join('\n')
}

/** Each of its charts has one direction, so that there are two formats. */
function githubReporter(id: FormatId, better: 'lower' | 'higher'): Reporter {
  return {
    id,
    file: null,
    isBlind: true,
    render(results) {
      const rows = followed(results).filter((row) => row.better === better)
      const entries = rows.map(
        (row): Entry => ({
          name: `${benchmarkName(row)} - ${row.metric}`,
          unit: row.unit,
          value: row.estimate.value,
          ...rangeOf(row.estimate),
          extra: extraOf(row.metric, row.estimate, results),
        }),
      )
      return `${JSON.stringify(entries, null, 2)}\n`
    },
  }
}

/** For github-action-benchmark, `tool: customSmallerIsBetter`. */
export const githubSmallerReporter = githubReporter('github-benchmark-smaller', 'lower')
/** The same with `tool: customBiggerIsBetter`. */
export const githubBiggerReporter = githubReporter('github-benchmark-bigger', 'higher')
