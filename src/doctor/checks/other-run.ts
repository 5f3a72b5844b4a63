import { bad, type DoctorCheck, fine } from '../check.ts'

export const otherRun: DoctorCheck = {
  id: 'other-run',
  title: 'Other runs',
  check: ({ otherRun: pid }) =>
    pid === null
      ? fine('none is in progress')
      : bad(
          `process ${pid} is measuring on this machine`,
          'Wait until it ends: two runs would measure each other.',
        ),
}
