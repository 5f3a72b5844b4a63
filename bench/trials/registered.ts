import type { AuthStrategy } from '../../servers/contract.ts'
import { isStrategyId, STRATEGIES } from '../../servers/registry.ts'
import { formatList } from '../../src/units.ts'
import type { ExperimentContext } from './experiment.ts'

type Context = Pick<ExperimentContext<unknown>, 'strategies' | 'has' | 'leaveOut'>

/** Those whose servers an experiment can have in its own process, where it moves their clock. Of the others it is said why not. */
export const registeredOf = ({ strategies, has, leaveOut }: Context): readonly AuthStrategy[] =>
  strategies.flatMap(({ id, title, needs }) => {
    if (!isStrategyId(id)) {
      leaveOut(`${title} is not among the strategies of authbench, whose clock this experiment can move.`)
      return []
    }
    if (needs.includes('redis') && !has('redis')) {
      leaveOut(`${title} needs Redis, which this machine does not have.`)
      return []
    }
    return [STRATEGIES[id]]
  })

/** Of these the first of each kind, which stands for the others: that is said as well. */
export const oneOfEach = (
  context: Context,
  kindOf: (strategy: AuthStrategy) => string,
): readonly AuthStrategy[] =>
  [...Map.groupBy(registeredOf(context), kindOf).values()].flatMap(([first, ...others]) => {
    if (first === undefined) return []
    if (others.length > 0) {
      context.leaveOut(
        `${first.title} stands for others of its kind: ${formatList(others.map(({ title }) => title))}.`,
      )
    }
    return [first]
  })
