import { AuthbenchError } from '../../src/errors.ts'
import { nearest } from '../../src/nearest.ts'
import { REPORTERS } from '../../src/report/registry.ts'
import { readResults } from '../results-folder.ts'
import type { Terminal } from '../terminal.ts'
import { renderForTerminal } from './stored-reports.ts'

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
