import { REPORTERS, renderCharts } from '../../src/report/registry.ts'
import type { RenderOptions } from '../../src/report/reporter.ts'
import { terminalReporter } from '../../src/report/terminal/terminal.ts'
import type { Results } from '../../src/results/results.ts'
import type { ResultsFolder } from '../store/results-folder.ts'
import { renderOptions, type Terminal } from './terminal.ts'

export function writeReports(results: Results, folder: Pick<ResultsFolder, 'write' | 'link'>): void {
  for (const { file, render } of REPORTERS) if (file !== null) folder.write(file, render(results, {}))
  for (const { file, svg } of renderCharts(results)) folder.write(file, svg)
  folder.link()
}

export function renderForTerminal(
  results: Results,
  terminal: Terminal,
  asked: Pick<RenderOptions, 'details' | 'section'> = {},
): string {
  return terminalReporter.render(results, { ...renderOptions(terminal), ...asked })
}
