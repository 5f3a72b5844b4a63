import { TIMED_PROFILES } from '../plan/profiles.ts'
import { formatNumber } from '../units.ts'

/** Null where no profile has more. In proportion, as a server whose cost still falls is given more requests than these. */
export function longerWarmUp(requests: number): string | null {
  const longer = TIMED_PROFILES.find(([, profile]) => profile.warmupRequests > requests)
  if (longer === undefined) return null
  const [id, { warmupRequests }] = longer
  return `Use --profile ${id}, which warms up with ${formatNumber(warmupRequests / requests)} times as many requests.`
}
