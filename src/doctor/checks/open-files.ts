import { formatNumber } from '../../units.ts'
import { type DoctorCheck, enough, unknown } from '../check.ts'

/** A load generator keeps the connections to all servers of a round: all strategies, both engines. */
const LIMITS = { warn: 4096, bad: 256 }

export const openFiles: DoctorCheck = {
  id: 'open-files',
  title: 'Open files',
  check: ({ openFiles: limit }) =>
    limit === null
      ? unknown('limit not shown')
      : enough(
          limit,
          LIMITS,
          `${Number.isFinite(limit) ? `at most ${formatNumber(limit)}` : 'no limit'}`,
          `Raise it: ulimit -n ${LIMITS.warn} (docker run --ulimit nofile=${LIMITS.warn}).`,
        ),
}
