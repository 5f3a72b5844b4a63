/**
 * Publishes a run on the branch of a site: its report, the history of all runs, and the page that shows what changed.
 *
 *   node scripts/publish.ts RUN_FOLDER --site DIR            into a folder
 *   node scripts/publish.ts RUN_FOLDER --branch gh-pages     into a branch of this repository's remote, which is made where it is not there
 *
 * With GITHUB_TOKEN the push is made with it; it never is on a command line or in a file.
 */
import { parseArgs } from 'node:util'
import { processTerminal } from '../bench/cli/terminal.ts'
import { AuthbenchError } from '../src/results/errors.ts'
import { onBranch } from './publishing/branch.ts'
import { addRun } from './publishing/site.ts'

try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      site: { type: 'string' },
      branch: { type: 'string' },
      remote: { type: 'string', default: 'origin' },
    },
  })
  const [folder] = positionals
  const { site, branch, remote } = values
  if (folder === undefined || positionals.length > 1 || (site === undefined) === (branch === undefined)) {
    throw new AuthbenchError('USAGE', 'name the folder of one run, and either --site or --branch', {
      next: 'For example: node scripts/publish.ts results/latest --site site',
    })
  }
  const said =
    branch === undefined
      ? addRun(folder, site ?? '')
      : await onBranch({ branch, remote, env: process.env }, (files) => addRun(folder, files))
  process.stdout.write(`${said}\n`)
} catch (error) {
  processTerminal().reportError(error)
  process.exitCode = error instanceof AuthbenchError ? error.exitCode : 3
}
