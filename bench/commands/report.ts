import { nearest } from '../../src/plan/nearest-name.ts'
import { REPORTERS } from '../../src/report/registry.ts'
import { AuthbenchError } from '../../src/results/errors.ts'
import { renderForTerminal } from '../cli/stored-reports.ts'
import type { Terminal } from '../cli/terminal.ts'
import { readResults } from '../store/results-folder.ts'

/** Renders a stored run to standard output. @returns the exit code */
export function report(folder: string, format: string, terminal: Terminal): number {
  const reporter = REPORTERS.find(({ id }) => id === format)
  if (reporter === undefined) {
    const valid = REPORTERS.map(({ id }) => id)
    throw new AuthbenchError('FORMAT_UNKNOWN', `unknown format '${format}' (valid: ${valid.join(', ')})`, {
      next: `Did you mean '${nearest(format, valid)}'?`,
    })
  }
  const results = readResults(folder)
  terminal.stdout.write(
    reporter.file === null ? renderForTerminal(results, terminal) : reporter.render(results, {}),
  )
  return 0
}
