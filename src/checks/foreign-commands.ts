import { formatCount } from '../units.ts'
import { type CellCheck, judged } from './check.ts'
import { LIMITS } from './limits.ts'

/**
 * Redis counts for everybody. Commands in the windows of a strategy that uses no Redis are somebody else's, and the ones of other
 * strategies cannot be told from them.
 */
export const foreignCommands: CellCheck = {
  id: 'foreign-commands',
  check({ store }, { needs }) {
    const own = needs.includes('redis') || store === null
    const commands = own ? 0 : Object.values(store.commands).reduce((sum, calls) => sum + calls, 0)
    return judged(
      'foreign-commands',
      commands,
      LIMITS.failures,
      `Other clients sent Redis ${formatCount(commands, 'command')} while a strategy ran that sends none.`,
    )
  },
}
