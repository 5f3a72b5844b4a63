import type { Results } from '../results/results.ts'
import { benchfmtReporter } from './export/benchfmt.ts'
import { bmfReporter } from './export/bmf.ts'
import { csvReporter } from './export/csv.ts'
import { githubBiggerReporter, githubSmallerReporter } from './export/github-benchmark.ts'
import { jsonReporter } from './export/json.ts'
import { junitReporter } from './export/junit.ts'
import { openmetricsReporter } from './export/openmetrics.ts'
import { htmlReporter } from './html/html.ts'
import { markdownReporter, summaryReporter } from './markdown/markdown.ts'
import type { Reporter } from './reporter.ts'
import { chartsOf } from './sections/charts.ts'
import { experimentCharts } from './sections/experiments.ts'
import { stackSection } from './sections/stack.ts'
import { standaloneSvg } from './svg/draw.ts'
import { terminalReporter } from './terminal/terminal.ts'

export const REPORTERS: readonly Reporter[] = [
  terminalReporter,
  markdownReporter,
  summaryReporter,
  htmlReporter,
  jsonReporter,
  csvReporter,
  githubSmallerReporter,
  githubBiggerReporter,
  bmfReporter,
  benchfmtReporter,
  junitReporter,
  openmetricsReporter,
]

/** The charts of the HTML page as files of their own; `file` is relative to the run's folder. */
export function renderCharts(results: Results): readonly { readonly file: string; readonly svg: string }[] {
  const stack = stackSection(results)?.blocks ?? []
  return [
    ...chartsOf(results).flatMap(({ charts }) => charts),
    ...experimentCharts(results),
    ...stack.flatMap((block) => (block.kind === 'chart' ? [block.chart] : [])),
  ].map((chart) => ({ file: `charts/${chart.id}.svg`, svg: standaloneSvg(chart) }))
}
