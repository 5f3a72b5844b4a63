/** Servers and clients whose bytes are counted, in a process of their own, which may die or hang. Speaks `messages.ts` with its parent. */

import { serveParent } from '../../../servers/process/parent-link.ts'
import { isStrategyId, STRATEGIES } from '../../../servers/registry.ts'
import { loadStrategy } from '../../../servers/user-files/own-strategy.ts'
import { AuthbenchError } from '../../../src/results/errors.ts'
import { countRequests } from './count-requests.ts'
import type { FromCounter, ToCounter, Wanted } from './messages.ts'

serveParent<ToCounter, FromCounter>(
  async ({ wanted }) => ({
    type: 'counted',
    observation: await countRequests(await strategyOf(wanted), wanted),
  }),
  async () => undefined,
  'COUNTING_FAILED',
)

function strategyOf({ strategy, file }: Wanted) {
  if (file !== undefined) return loadStrategy(file)
  if (isStrategyId(strategy)) return STRATEGIES[strategy]
  throw new AuthbenchError('UNKNOWN_STRATEGY', `there is no strategy '${strategy}'`, {
    next: 'See `authbench list strategies`.',
  })
}
