import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readResults } from '../../bench/store/results-folder.ts'
import { historyEntryOf, trendsOf } from '../../src/analysis/trend.ts'
import { trendPage } from '../../src/report/trend/page.ts'
import { AuthbenchError, messageOf } from '../../src/results/errors.ts'
import { type HistoryEntry, historyEntrySchema } from '../../src/results/history.ts'

const HISTORY = 'history.jsonl'
const REPORT = 'index.html'
const TREND = 'trend.html'

/** @throws AuthbenchError HISTORY_INVALID with the line */
export function readHistory(file: string): readonly HistoryEntry[] {
  if (!existsSync(file)) return []
  const lines = readFileSync(file, 'utf8').split('\n')
  return lines.flatMap((line, index) => {
    if (line.trim() === '') return []
    try {
      return [historyEntrySchema.parse(JSON.parse(line))]
    } catch (error) {
      throw new AuthbenchError('HISTORY_INVALID', `${file}, line ${index + 1}: ${messageOf(error)}`, {
        next: 'Take the line out, or restore the file: every other line is a run of its own.',
        cause: error,
      })
    }
  })
}

function replace(file: string, text: string): void {
  writeFileSync(`${file}.new`, text)
  renameSync(`${file}.new`, file)
}

/**
 * A run that is already there takes the place of itself.
 * @returns what was done, in words
 * @throws AuthbenchError RESULTS_*, RUN_UNSOUND, HISTORY_INVALID
 */
export function addRun(folder: string, site: string): string {
  const results = readResults(folder)
  const { verdict, reasons } = results.validity
  if (verdict === 'invalid' || verdict === 'partial') {
    throw new AuthbenchError('RUN_UNSOUND', `the run is ${verdict}: ${reasons[0] ?? 'see its report'}`, {
      next: 'Measure again; what is published stays as it is.',
      exitCode: 3,
    })
  }
  mkdirSync(site, { recursive: true })
  const entry = historyEntryOf(results)
  const others = readHistory(join(site, HISTORY)).filter(({ run }) => run !== entry.run)
  const history = [...others, entry].sort((a, b) => Date.parse(a.startedAt) - Date.parse(b.startedAt))
  replace(join(site, HISTORY), history.map((each) => `${JSON.stringify(each)}\n`).join(''))
  replace(join(site, TREND), trendPage(trendsOf(history), { report: REPORT, history: HISTORY }))
  copyFileSync(join(folder, 'report.html'), join(site, REPORT))
  copyFileSync(join(folder, 'results.json'), join(site, 'results.json'))
  // Pages would leave out what it takes for its own templates.
  writeFileSync(join(site, '.nojekyll'), '')
  return `run ${entry.run} is published, ${history.length} in the history`
}
