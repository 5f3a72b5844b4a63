// In this folder: one file for each thing that `authbench doctor` looks at.

import { formatCount } from '../../units.ts'
import { type DoctorCheck, fine, unknown, warn } from '../check.ts'

export const processors: DoctorCheck = {
  id: 'processors',
  title: 'Cores',
  check({ processors: { allowed, isolated, counted }, pinning }) {
    if (allowed === null) {
      return unknown(`${formatCount(counted, 'core')} by Node's count; which, the system does not tell`)
    }
    const which = `${formatCount(allowed.length, 'core')}${allowed.length > 8 ? '' : ` (${allowed.join(', ')})`}`
    if (allowed.length < 2) {
      return warn(
        `${which}: server and load generator take turns, so throughput and latency are both of theirs`,
        'Use two cores or more: a larger machine, or a wider cpuset (docker run --cpuset-cpus=0,1).',
      )
    }
    const alone = allowed.filter((cpu) => isolated.includes(cpu))
    if (alone.length > 0 && !pinning.possible) {
      return warn(
        `${which}; ${alone.join(', ')} isolated: nothing is moved there by the scheduler`,
        'Install taskset (package util-linux), so that servers can be put there.',
      )
    }
    return fine(`${which}${alone.length === 0 ? '' : `, isolated from others: ${alone.join(', ')}`}`)
  },
}
