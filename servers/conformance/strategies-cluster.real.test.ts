import { STRATEGIES } from '../registry.ts'
import { testChecklist } from '../testing/checklist-tests.ts'

/**
 * One of each kind: a session, one that follows invalidations, and two lists. Each has its masters fail over, and seventeen at once are more than
 * two cores bear beside other tests. All of them: `authbench conformance --redis cluster`.
 */
const ONE_OF_EACH = ['session-redis', 'session-tracked', 'jwt-blacklist', 'jwt-whitelist'] as const

testChecklist(
  ONE_OF_EACH.map((id) => STRATEGIES[id]),
  'cluster',
)
