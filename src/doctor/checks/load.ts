import { LIMITS } from '../../checks/limits.ts'
import { formatPercent } from '../../units.ts'
import { bad, type DoctorCheck, fine, unknown, warn } from '../check.ts'

/** By the limits that cells are held to. */
export const load: DoctorCheck = {
  id: 'load',
  title: 'Load now',
  check({ sample }) {
    if (sample === null) return null
    const { steal, foreign } = sample
    if (steal === null || foreign === null) {
      return unknown('what the processors do is not shown: a disturbed run will not be recognised')
    }
    const says = `other programs ${formatPercent(foreign)} of all processors, hypervisor ${formatPercent(steal)}`
    const next =
      steal > LIMITS.steal.warn
        ? 'Use a dedicated machine, or run when the host is quieter.'
        : 'Close what else is running, such as browsers, indexers and builds.'
    if (steal > LIMITS.steal.invalid || foreign > LIMITS.foreign.invalid) {
      return bad(`${says}: cells would be invalid`, next)
    }
    return steal > LIMITS.steal.warn || foreign > LIMITS.foreign.warn ? warn(says, next) : fine(says)
  },
}
