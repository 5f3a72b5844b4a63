import { STRATEGIES } from '../registry.ts'
import { revocationLagMs } from './case.ts'
import { testChecklist } from './harness/strategy-tests.ts'

// Those that notice a logout late, in a worker of their own: they wait more than they work.
testChecklist(Object.values(STRATEGIES).filter((strategy) => revocationLagMs(strategy) > 0))
