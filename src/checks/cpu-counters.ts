import { usedUs } from '../metrics/cpu.ts'
import { formatDuration, formatPercent } from '../units.ts'
import { type CellCheck, judged } from './check.ts'
import { LIMITS } from './limits.ts'

/**
 * The kernel counts CPU time twice: for each thread, and for the whole process with what ended. A whole that is less than its parts, or time
 * that was given back, is no measurement. Where threads or children ended unseen, the last of their time may be missing.
 */
export const cpuCounters: CellCheck = {
  id: 'cpu-counters',
  ofTime: true,
  check({ load: { slices } }) {
    const used = usedUs(slices)
    if (used === null) return null
    const contradiction = slices.reduce((sum, { server }) => sum + (server?.contradictionUs ?? 0), 0)
    if (contradiction > 0 || used < 0) {
      return {
        id: 'cpu-counters',
        value: (contradiction - Math.min(0, used)) / 1e6,
        warnLimit: null,
        invalidLimit: 0,
        outcome: 'invalid',
        sentence:
          contradiction > 0
            ? `The kernel's counters of CPU time contradict each other by ${formatDuration(contradiction / 1000)}: a worker ended outside its parent.`
            : 'The CPU time of the server went down.',
      }
    }
    const lag = Math.max(0, ...slices.map(({ server }) => server?.lagUs ?? 0))
    const share = lag === 0 ? 0 : lag / used
    return judged(
      'cpu-counters',
      share,
      LIMITS.cpuLag,
      lag === 0
        ? 'No CPU time of the server is missing.'
        : `Threads or child processes of the server ended; up to ${formatPercent(share)} of its CPU time may be missing.`,
    )
  },
}
