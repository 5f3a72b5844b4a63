import type { Options } from '../../src/plan/config.ts'
import { AuthbenchError } from '../../src/results/errors.ts'
import type { RunConfig } from '../../src/results/results.ts'
import { formatList } from '../../src/units.ts'
import type { Remote } from '../subjects/place.ts'
import type { refuseIgnored } from './ignored-options.ts'

/** Open loops whose rate needs no closed loop to be found. */
const WITH_A_RATE: readonly string[] = ['iso-load', 'slo']
const USUAL = 'iso-load'
/** Where few requests arrive in a second, a window has to last one to hold some. */
const LEAST_WINDOW_MS = 1000

export const ignoredElsewhere = (
  { strategies, strategy }: Options,
  remote: Remote | undefined,
): Parameters<typeof refuseIgnored>[0] =>
  Object.entries({ strategies, strategy }).map(([option, value]) => ({
    when: remote !== undefined && value !== undefined,
    message: `--${option} run beside the target, and it is another machine: the way there would be compared`,
    next: 'Leave it out; or run authbench on the machine of the target, where it is on the loopback.',
  }))

/** What runs when nothing is named. */
export const scenariosElsewhere = (options: Options): Options => ({
  ...options,
  scenarios: options.scenarios ?? [USUAL],
})

/** @throws AuthbenchError SCENARIO_NOT_APPLICABLE */
export function configElsewhere(config: RunConfig, { maxRate }: Remote): RunConfig {
  const others = [...config.scenarios, ...(config.experiments ?? [])].filter(
    (id) => !WITH_A_RATE.includes(id),
  )
  if (others.length > 0) {
    throw new AuthbenchError(
      'SCENARIO_NOT_APPLICABLE',
      `${formatList(others)}: not on another machine, because that sends as much as the target takes`,
      {
        next: `Name ${formatList(WITH_A_RATE)} in --scenarios, which keep to a rate; or run authbench on the machine of the target.`,
      },
    )
  }
  // Each sends its first request at once.
  const connections = Math.max(1, Math.min(config.pacedConnections, Math.floor(maxRate)))
  return {
    ...config,
    maxRate,
    connections,
    pacedConnections: connections,
    pacedSliceMs: Math.max(config.pacedSliceMs, LEAST_WINDOW_MS),
    trialMs: Math.max(config.trialMs, LEAST_WINDOW_MS),
    warmupRequests: Math.min(config.warmupRequests, Math.ceil(maxRate)),
  }
}
