import { formatList } from '../../units.ts'
import { type DoctorCheck, fine, unknown, warn } from '../check.ts'

export const frequency: DoctorCheck = {
  id: 'frequency',
  title: 'Frequency',
  check({ frequency: { governors, turbo } }) {
    const boost = turbo === null ? '' : turbo ? ', turbo on: speed depends on heat' : ', turbo off'
    if (governors.length === 0) return unknown(`governor not shown, as in most virtual machines${boost}`)
    const says = `governor ${formatList(governors)}${boost}`
    return governors.every((governor) => governor === 'performance')
      ? fine(says)
      : warn(
          `${says}: speed follows the load, which widens intervals`,
          'cpupower frequency-set -g performance',
        )
  },
}
