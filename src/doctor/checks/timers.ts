import { formatQuantity } from '../../units.ts'
import { type DoctorCheck, fine, warn } from '../check.ts'

/** The paced engine spins for the last two milliseconds before a request is due. */
const LATE_MS = 2

export const timers: DoctorCheck = {
  id: 'timers',
  title: 'Timers',
  check({ sample }) {
    if (sample === null) return null
    const says = `99 of 100 were at most ${formatQuantity(sample.timerLateMs * 1000, 'us')} late`
    return sample.timerLateMs > LATE_MS
      ? warn(
          `${says}: open loops may send too late`,
          'Run when the machine is quieter, and not in a throttled container.',
        )
      : fine(says)
  },
}
