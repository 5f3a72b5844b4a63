import { usedUs } from '../metrics/cpu.ts'
import { secondsOf } from '../metrics/metric.ts'
import { formatPercent } from '../units.ts'
import { busiestGenerator } from './agents.ts'
import { type CellCheck, judged } from './check.ts'
import { CLIENT_LIMITED, LIMITS, SATURATED } from './limits.ts'

/**
 * A generator without time to spare is what was measured. CPU per request stays right; throughput and latency are
 * the client's.
 */
export const generator: CellCheck = {
  id: 'generator',
  ofTime: true,
  check(cell) {
    // A paced client spins until the next request is due; whether it had time to spare, the pacing check says.
    if (cell.load.pacing !== null) return null
    const share = busiestGenerator(cell)
    const label =
      share > CLIENT_LIMITED
        ? ': throughput and latency are client-limited'
        : share > LIMITS.generator.warn
          ? ': throughput and latency are close to client-limited'
          : ''
    return judged(
      'generator',
      share,
      LIMITS.generator,
      `The load generator was busy ${formatPercent(share)} of the time${label}.`,
    )
  },
}

/**
 * A label, not a fault: the number is right, but it is no capacity. All threads count: they share the server's core, and where they
 * do not, more than one core is busy.
 */
export const saturation: CellCheck = {
  id: 'saturation',
  ofTime: true,
  check(cell) {
    if (cell.load.pacing !== null) return null
    const used = usedUs(cell.load.slices)
    if (used === null) return null
    const share = used / 1e6 / secondsOf(cell)
    const saturated = share >= SATURATED
    return {
      id: 'saturation',
      value: share,
      warnLimit: SATURATED,
      invalidLimit: null,
      outcome: saturated ? 'ok' : 'warn',
      sentence: `The server used ${formatPercent(share)} of a core${saturated ? '' : ': throughput is not its capacity'}.`,
    }
  },
}
