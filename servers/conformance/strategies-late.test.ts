import { STRATEGIES } from '../registry.ts'
import { testChecklist } from '../testing/checklist-tests.ts'
import { revocationLagMs } from './case.ts'

// Those that notice a logout late, in a worker of their own: they wait more than they work.
testChecklist(Object.values(STRATEGIES).filter((strategy) => revocationLagMs(strategy) > 0))
