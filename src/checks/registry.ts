import type { CellData } from '../metrics/metric.ts'
import type { Check } from '../results/cell.ts'
import {
  agentBooks,
  agentsEnd,
  foreignOnAgents,
  startSkew,
  stealOnAgents,
  throttlingOnAgents,
} from './agents.ts'
import type { CellCheck, CheckedStrategy } from './check.ts'
import { cpuCounters } from './cpu-counters.ts'
import { distance } from './distance.ts'
import { foreignCpu, steal } from './disturbance.ts'
import { drift } from './drift.ts'
import { foreignCommands } from './foreign-commands.ts'
import { memory } from './memory.ts'
import { pacing } from './pacing.ts'
import { placement } from './placement.ts'
import { noCredential, ownCredential } from './probes.ts'
import { little, utilisation } from './queueing-laws.ts'
import { generator, saturation } from './saturation.ts'
import { throttling } from './throttling.ts'
import { warmUp } from './warm-up.ts'
import { errors, reconnects, requests, statuses, timeouts, unasked } from './wrong-answers.ts'

/** Every check of a cell, in the order in which a cause is looked for: wrong answers first, then a disturbed machine. */
const CHECKS: readonly CellCheck[] = [
  ownCredential,
  noCredential,
  requests,
  statuses,
  errors,
  timeouts,
  unasked,
  reconnects,
  foreignCommands,
  steal,
  throttling,
  placement,
  distance,
  foreignCpu,
  foreignOnAgents,
  stealOnAgents,
  throttlingOnAgents,
  cpuCounters,
  little,
  agentBooks,
  startSkew,
  agentsEnd,
  utilisation,
  pacing,
  generator,
  saturation,
  warmUp,
  drift,
  memory,
]

/**
 * @param roundDrift see `commonDrift`; 1 where the machine is not known to have changed
 * @param timed whether times are asked for
 */
export const checkCell = (
  measured: CellData,
  strategy: CheckedStrategy,
  roundDrift = 1,
  timed = true,
): Check[] =>
  CHECKS.filter(({ ofTime }) => timed || !ofTime).flatMap(
    ({ check }) => check(measured, strategy, roundDrift) ?? [],
  )

export const stateOf = (checks: readonly Check[]): 'completed' | 'invalid' =>
  checks.some(({ outcome }) => outcome === 'invalid') ? 'invalid' : 'completed'
