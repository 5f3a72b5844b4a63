import { type DoctorCheck, fine, warn } from '../check.ts'

export const priority: DoctorCheck = {
  id: 'priority',
  title: 'Priority',
  check({ priority: { mayYield, nice, autogroup } }) {
    if (nice !== null && nice > 0) {
      return warn(`this process has nice ${nice}: everybody else goes first`, 'Start it without `nice`.')
    }
    if (!mayYield) {
      return warn(
        'it cannot be changed: in open loops Redis waits for the load generator on the core that they share',
        'Allow setpriority in the container (seccomp), or use a machine with 4 cores.',
      )
    }
    return fine(
      `the load generator can let others go first${autogroup === true ? ', within autogroups' : ''}`,
    )
  },
}
