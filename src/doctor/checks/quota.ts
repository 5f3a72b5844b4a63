import { formatCores, formatCount } from '../../units.ts'
import { bad, type DoctorCheck, fine, unknown, warn } from '../check.ts'

const WHOLE_CORES =
  'Give the container whole cores instead of a quota: docker run --cpuset-cpus=0,1 without --cpus.'

export const quota: DoctorCheck = {
  id: 'quota',
  title: 'CPU quota',
  check({ quota: { cores, hidden }, processors: { allowed, counted }, sample }) {
    const visible = allowed?.length ?? counted
    const stopped =
      sample?.stops == null || sample.stops === 0
        ? ''
        : `; it stopped processes ${formatCount(sample.stops, 'time')} just now`
    if (cores === null) {
      return hidden
        ? unknown('none that can be seen; one of a group around this container would not be noticed')
        : fine('none')
    }
    const says = `${formatCores(cores)} of ${formatCount(visible, 'core')} that can be seen${stopped}`
    if (cores >= visible) return fine(says)
    return cores < 2
      ? bad(`${says}: cells in which it stops processes are invalid`, WHOLE_CORES)
      : warn(`${says}: for all processes together`, WHOLE_CORES)
  },
}
