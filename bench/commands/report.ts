import { EXPERIMENTS } from '../../src/experiments/registry.ts'
import { nearest } from '../../src/plan/nearest-name.ts'
import { buildReport } from '../../src/report/build.ts'
import { REPORTERS } from '../../src/report/registry.ts'
import { AuthbenchError } from '../../src/results/errors.ts'
import type { ExperimentResult } from '../../src/results/experiment.ts'
import type { Results } from '../../src/results/results.ts'
import { withExperiments } from '../../src/with-experiments.ts'
import { refuseIgnored } from '../cli/ignored-options.ts'
import { renderForTerminal } from '../cli/stored-reports.ts'
import type { Terminal } from '../cli/terminal.ts'
import { readResults } from '../store/results-folder.ts'
import { readExperiments } from '../trials/journal-file.ts'

/** With what experiments wrote after `results.json`: the run was killed in the middle of one. */
function complemented(results: Results, folder: string): Results {
  const before = results.experiments ?? []
  const written = readExperiments(folder, EXPERIMENTS)
  const isNew = ({ id, trials }: ExperimentResult) =>
    !before.some((known) => known.id === id && known.trials >= trials)
  return written.some(isNew)
    ? withExperiments(results, {
        experiments: written,
        partial: true,
        finishedAt: new Date(results.run.finishedAt),
      })
    : results
}

export interface ReportFlags {
  readonly format: string
  readonly details?: boolean
  readonly section?: string
}

/** @throws AuthbenchError `code`, with the nearest of the valid ones as the next step */
function choose(kind: string, code: string, given: string, valid: readonly string[]): void {
  if (valid.includes(given)) return
  const meant = nearest(given, valid)
  throw new AuthbenchError(code, `unknown ${kind} '${given}' (valid: ${valid.join(', ')})`, {
    next: meant === null ? `Use one of ${valid.join(', ')}.` : `Did you mean '${meant}'?`,
  })
}

/** Renders a stored run to standard output. @returns the exit code */
export function report(folder: string, flags: ReportFlags, terminal: Terminal): number {
  const { format, details, section } = flags
  const reporter = REPORTERS.find(({ id }) => id === format)
  choose(
    'format',
    'FORMAT_UNKNOWN',
    format,
    REPORTERS.map(({ id }) => id),
  )
  refuseIgnored([
    {
      when: format !== 'terminal' && (details === true || section !== undefined),
      message: '--details and --section shape the report on a terminal; other formats are always whole',
      next: 'Leave --format out, or the others.',
    },
    {
      when: details === true && section !== undefined,
      message: '--details prints every section, --section one',
      next: 'Leave one of them out.',
    },
  ])
  const results = complemented(readResults(folder), folder)
  if (section !== undefined) chooseSection(section, results)
  if (reporter?.isBlind) refuseUnsound(results, format)
  terminal.stdout.write(
    reporter === undefined || format === 'terminal'
      ? renderForTerminal(results, terminal, flags)
      : reporter.render(results, {}),
  )
  return 0
}

/** @throws AuthbenchError RUN_UNSOUND */
function refuseUnsound({ validity }: Results, format: string): void {
  const { verdict, reasons } = validity
  if (verdict !== 'invalid' && verdict !== 'partial') return
  throw new AuthbenchError(
    'RUN_UNSOUND',
    `the run is ${verdict}, and ${format} cannot say so${reasons[0] === undefined ? '' : `: ${reasons[0]}`}`,
    {
      next: 'Measure again; --format json, csv, openmetrics, benchfmt and junit show the run with its verdict.',
      exitCode: 3,
    },
  )
}

function chooseSection(section: string, results: Results): void {
  const ids = buildReport(results).sections.map(({ id }) => id)
  choose('section', 'SECTION_UNKNOWN', section, ids)
}
