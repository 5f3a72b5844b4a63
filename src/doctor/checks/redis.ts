import { bad, type DoctorCheck, fine } from '../check.ts'

export const redis: DoctorCheck = {
  id: 'redis',
  title: 'Redis',
  check({ redis: found, hugePages }) {
    if (found === null) return null
    if (found.kind === 'none') return bad(found.why, found.next)
    const pages = hugePages === 'always' && found.kind === 'own' ? ', with transparent huge pages' : ''
    return fine(
      `${found.version} ${found.kind === 'own' ? `(${found.place})` : `at ${found.place}, which is yours`}${pages}`,
    )
  },
}
