import { STRATEGIES } from '../registry.ts'
import { testChecklist } from '../testing/checklist-tests.ts'
import { asksRedis } from './case.ts'

testChecklist(Object.values(STRATEGIES).filter(asksRedis), 'cluster')
