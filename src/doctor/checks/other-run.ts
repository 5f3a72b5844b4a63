import { bad, type DoctorCheck, fine } from '../check.ts'

export const otherRun: DoctorCheck = {
  id: 'other-run',
  title: 'Other runs',
  check({ otherRun: pid }) {
    if (pid === null) return fine('none is in progress')
    return typeof pid === 'string'
      ? bad(`the lock of runs cannot be used: ${pid}`, 'Delete it, or set TMPDIR to a folder of your own.')
      : bad(
          `process ${pid} is measuring on this machine`,
          'Wait until it ends: two runs would measure each other.',
        )
  },
}
