import { usedUs } from '../metrics/cpu.ts'
import { secondsOf } from '../metrics/metric.ts'
import { formatNumber } from '../units.ts'
import { type CellCheck, judged } from './check.ts'
import { LIMITS } from './limits.ts'

/**
 * Throughput times mean latency is the number of requests in flight (Little, Operations Research 9(3), 1961), which in a
 * closed loop is the number of connections. A window ends when its last request is answered; the time for which the other
 * connections wait until then does not count. In an open loop the number in flight is
 * integrated over time: there the law holds by arithmetic as long as every request is settled once, so it guards the client's books.
 */
export const little: CellCheck = {
  id: 'little',
  ofTime: true,
  check(cell) {
    const { slices, connections, pacing } = cell.load
    if (pacing !== null) {
      const ratio = pacing.serviceUs / pacing.inFlightUs
      const seconds = secondsOf(cell)
      return judged(
        'little',
        pacing.arrivals === 0 ? null : Math.abs(ratio - 1),
        LIMITS.little,
        `Throughput times service time gives ${formatNumber(pacing.serviceUs / seconds / 1e6)} requests in flight; counted over time, ${formatNumber(pacing.inFlightUs / seconds / 1e6)} were.`,
      )
    }
    const waited = slices.reduce((sum, slice) => sum + slice.requests * slice.meanLatencyUs, 0)
    const available = slices.reduce((sum, slice) => sum + slice.seconds * 1e6 - slice.idleUs / connections, 0)
    const inFlight = waited / available
    return judged(
      'little',
      Math.abs(inFlight / connections - 1),
      LIMITS.little,
      `Throughput times latency gives ${formatNumber(inFlight)} requests in flight on ${connections} connections.`,
    )
  },
}

/**
 * One thread cannot use more than one core (utilisation law: throughput times time per request). An endpoint of others may have one in each
 * of several processes.
 */
export const utilisation: CellCheck = {
  id: 'utilisation',
  ofTime: true,
  check(cell, { state }) {
    if (state === 'unknown') return null
    const used = usedUs(cell.load.slices, ({ mainUs }) => mainUs)
    if (used === null) return null
    const cores = used / 1e6 / secondsOf(cell)
    return judged(
      'utilisation',
      cores,
      LIMITS.utilisation,
      `The server's main thread used ${formatNumber(cores)} cores.`,
    )
  },
}
