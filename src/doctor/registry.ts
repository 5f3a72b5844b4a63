import type { Diagnosis, DoctorCheck } from './check.ts'
import { clock } from './checks/clock.ts'
import { cpuTimes } from './checks/cpu-times.ts'
import { variables } from './checks/environment-variables.ts'
import { frequency } from './checks/frequency.ts'
import { load } from './checks/load.ts'
import { loopback } from './checks/loopback.ts'
import { memory } from './checks/memory.ts'
import { openFiles } from './checks/open-files.ts'
import { otherRun } from './checks/other-run.ts'
import { pinning } from './checks/pinning.ts'
import { ports } from './checks/ports.ts'
import { priority } from './checks/priority.ts'
import { processors } from './checks/processors.ts'
import { quota } from './checks/quota.ts'
import { redis } from './checks/redis.ts'
import { smt } from './checks/smt.ts'
import { timers } from './checks/timers.ts'
import { namespace } from './checks/user-namespace.ts'
import { results, temporary } from './checks/writable-folders.ts'
import type { Facts } from './facts.ts'

/** In the order of the screen. */
const CHECKS: readonly DoctorCheck[] = [
  processors,
  smt,
  quota,
  pinning,
  load,
  otherRun,
  priority,
  frequency,
  clock,
  timers,
  cpuTimes,
  namespace,
  memory,
  openFiles,
  ports,
  loopback,
  results,
  temporary,
  redis,
  variables,
]

export interface Finding extends Diagnosis {
  readonly id: string
  readonly title: string
}

export const diagnose = (facts: Facts): readonly Finding[] =>
  CHECKS.flatMap(({ id, title, check }) => {
    const found = check(facts)
    return found === null ? [] : [{ id, title, ...found }]
  })
