import { formatBytes } from '../../units.ts'
import { bad, type Diagnosis, type DoctorCheck, enough, fine } from '../check.ts'
import type { Place } from '../facts.ts'

const MIB = 2 ** 20

function placed({ path, writable, freeBytes }: Place, megabytes: number, elsewhere: string): Diagnosis {
  if (!writable) return bad(`${path} cannot be written to`, elsewhere)
  if (freeBytes === null) return fine(path)
  const limits = { warn: megabytes * MIB, bad: (megabytes / 10) * MIB }
  return enough(freeBytes, limits, `${formatBytes(freeBytes)} free in ${path}`, elsewhere)
}

export const results: DoctorCheck = {
  id: 'results',
  title: 'Results',
  check: ({ results: place }) => placed(place, 500, 'Name another folder with --out, or make room.'),
}

export const temporary: DoctorCheck = {
  id: 'temporary',
  title: 'Temporary',
  check: ({ temporary: place }) =>
    placed(place, 200, 'Set TMPDIR to a folder that can be written to and has room.'),
}
