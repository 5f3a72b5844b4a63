import { historyEntryOf } from '../analysis/trend.ts'
import type { HistoryEntry } from '../results/history.ts'
import { fakeResults } from './fake-results.ts'
import { wobble } from './fake-values.ts'

const DAY_MS = 86_400_000

/**
 * Runs of one machine, one each night, with a noise of about 1 %.
 * @param change of a value, told which run it is in
 */
export function fakeHistory(
  runs: number,
  change: (row: HistoryEntry['rows'][number], run: number) => number = ({ value }) => value,
): readonly HistoryEntry[] {
  const entry = historyEntryOf(fakeResults())
  return Array.from({ length: runs }, (_, run) => ({
    ...entry,
    run: `run-${run}`,
    startedAt: new Date(Date.parse(entry.startedAt) + run * DAY_MS).toISOString(),
    commit: run.toString(16).padEnd(40, '0'),
    rows: entry.rows.map((row, place) => {
      const isExact = row.low === row.high
      const factor = (change(row, run) / row.value || 1) * (isExact ? 1 : 1 + 0.01 * wobble(run, place))
      return {
        ...row,
        value: row.value * factor,
        low: row.low === null ? null : row.low * factor,
        high: row.high === null ? null : row.high * factor,
      }
    }),
  }))
}
