import { formatBytes } from '../../units.ts'
import { type DoctorCheck, enough, unknown } from '../check.ts'

const MIB = 2 ** 20
/** Ten servers of about 100 MiB, a load generator and Redis. */
const LIMITS = { warn: 1500 * MIB, bad: 400 * MIB }

export const memory: DoctorCheck = {
  id: 'memory',
  title: 'Memory',
  check: ({ memoryBytes }) =>
    memoryBytes === null
      ? unknown('how much is available is not shown')
      : enough(
          memoryBytes,
          LIMITS,
          `${formatBytes(memoryBytes)} available`,
          'Close other programs, raise the limit of the container, or measure fewer --strategies at a time.',
        ),
}
