import type { EngineId } from '../load/messages.ts'
import type { Check } from './check.ts'
import { bytes } from './checks/bytes.ts'
import { closes } from './checks/closes.ts'
import { counts } from './checks/counts.ts'
import { cpu } from './checks/cpu.ts'
import { difference } from './checks/difference.ts'
import { first } from './checks/first.ts'
import { histograms } from './checks/histograms.ts'
import { pacing } from './checks/pacing.ts'
import { poisson } from './checks/poisson.ts'
import { service } from './checks/service.ts'
import { stall } from './checks/stall.ts'
import { statuses } from './checks/statuses.ts'

const onBoth = (check: (engine: EngineId) => Check): readonly Check[] => [check('autocannon'), check('paced')]

/** In the order in which they run: exact ones first, the long pilot last. */
export const CHECKS: readonly Check[] = [
  ...onBoth(counts),
  ...onBoth(statuses),
  ...onBoth((engine) => histograms(engine)),
  ...onBoth(first),
  ...onBoth(bytes),
  ...onBoth(closes),
  ...onBoth(service),
  pacing,
  poisson,
  stall,
  cpu,
  difference,
]
