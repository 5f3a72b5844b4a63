import type { AuthStrategy } from '../../servers/contract.ts'
import { STRATEGIES } from '../../servers/registry.ts'
import { IN_FLIGHT, type MicroTask } from './task.ts'
import { hashOfId } from './tasks/hash.ts'
import { sign } from './tasks/sign.ts'
import { EXISTS, GET, GETEX, SET, storeOperation } from './tasks/store.ts'
import { verify } from './tasks/verify.ts'

const strategies: readonly AuthStrategy[] = Object.values(STRATEGIES)
const inOneProcess = strategies.filter(
  // What needs a proof for each request says nothing without one.
  ({ state, needs, proof }) => state !== 'none' && !needs.includes('auth-server') && proof === undefined,
)

/** In the order of reports. */
export const TASKS: readonly MicroTask[] = [
  ...inOneProcess.flatMap((strategy) => [verify(strategy, 1), verify(strategy, IN_FLIGHT)]),
  ...inOneProcess.filter(({ needs }) => !needs.includes('redis')).map(sign),
  hashOfId,
  storeOperation('memory', GET),
  storeOperation('redis', GET),
  storeOperation('redis', GET, IN_FLIGHT),
  storeOperation('redis', EXISTS),
  storeOperation('redis', SET),
  storeOperation('redis', GETEX),
]
