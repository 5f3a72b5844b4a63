import { type DoctorCheck, fine, unknown, warn } from '../check.ts'

export const cpuTimes: DoctorCheck = {
  id: 'cpu-times',
  title: 'CPU times',
  check({ platform, schedstat, hidepid }) {
    if (!schedstat) {
      return platform === 'linux'
        ? warn(
            'the kernel has no schedstat: CPU per request is coarser, and not measured for a --target',
            'Mount /proc, or use a kernel with CONFIG_SCHED_INFO.',
          )
        : unknown('from the processes themselves; CPU per request of Redis and of a --target is not measured')
    }
    return hidepid === null
      ? fine('from the kernel scheduler (schedstat)')
      : unknown(
          `processes of other users are hidden (hidepid=${hidepid}): CPU per request of a --target of theirs is not measured`,
          'Run authbench as the user of the target, or as root.',
        )
  },
}
