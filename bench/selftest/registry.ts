import type { EngineId } from '../load/messages.ts'
import type { Check } from './check.ts'
import { closes } from './checks/closed-connections.ts'
import { cpu } from './checks/cpu.ts'
import { difference } from './checks/difference.ts'
import { distance } from './checks/distance.ts'
import { first } from './checks/first-response.ts'
import { histograms } from './checks/histograms.ts'
import { kernelLink } from './checks/kernel-link.ts'
import { linkRate } from './checks/link-rate.ts'
import { pacing } from './checks/pacing.ts'
import { poisson } from './checks/poisson-arrivals.ts'
import { bytes } from './checks/request-bytes.ts'
import { counts } from './checks/response-counts.ts'
import { service } from './checks/service-times.ts'
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
  distance,
  linkRate,
  kernelLink,
  difference,
]
