import { formatCount } from '../../units.ts'
import { type DoctorCheck, fine, unknown, warn } from '../check.ts'

export const smt: DoctorCheck = {
  id: 'smt',
  title: 'SMT',
  check({ processors: { allowed, physical } }) {
    if (allowed === null || physical === null)
      return unknown('whether cores are threads of others is not shown')
    if (physical === allowed.length) return fine('no two of them are threads of one physical core')
    const says = `${formatCount(allowed.length, 'processor')} on ${formatCount(physical, 'physical core')}`
    return physical < 2
      ? warn(
          `${says}: server and load generator slow each other down`,
          'Use a machine with two physical cores, or more of them in the cpuset.',
        )
      : fine(`${says}; one of each is taken first`)
  },
}
