import { type DoctorCheck, fine, warn } from '../check.ts'

export const pinning: DoctorCheck = {
  id: 'pinning',
  title: 'Pinning',
  check({ platform, pinning: { possible, sentence } }) {
    return possible
      ? fine(sentence)
      : warn(
          sentence,
          platform === 'linux'
            ? 'Install taskset (package util-linux), or allow sched_setaffinity in the container.'
            : 'Use Linux where small differences count.',
        )
  },
}
