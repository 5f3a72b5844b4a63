import type { Results } from '../results/results.ts'
import { buildReport } from './build.ts'
import { benchfmtReporter } from './export/benchfmt.ts'
import { bmfReporter } from './export/bmf.ts'
import { csvReporter } from './export/csv.ts'
import { githubBiggerReporter, githubSmallerReporter } from './export/github-benchmark.ts'
import { jsonReporter } from './export/json.ts'
import { junitReporter } from './export/junit.ts'
import { openmetricsReporter } from './export/openmetrics.ts'
import { htmlReporter } from './html/html.ts'
import { markdownReporter, summaryReporter } from './markdown/markdown.ts'
import type { Block, Chart } from './model.ts'
import type { Reporter } from './reporter.ts'
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

const chartsIn = (block: Block): readonly Chart[] =>
  block.kind === 'chart' ? [block.chart] : block.kind === 'folded' ? block.blocks.flatMap(chartsIn) : []

/** The charts of the HTML page as files of their own, each once; `file` is relative to the run's folder. */
export function renderCharts(results: Results): readonly { readonly file: string; readonly svg: string }[] {
  const charts = buildReport(results).sections.flatMap(({ blocks }) => blocks.flatMap(chartsIn))
  const byId = new Map(charts.map((chart) => [chart.id, chart]))
  return [...byId.values()].map((chart) => ({
    file: `charts/${chart.id}.svg`,
    svg: standaloneSvg(chart),
  }))
}
