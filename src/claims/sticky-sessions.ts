import type { ExperimentResult } from '../results/experiment.ts'
import type { StrategyInfo } from '../results/strategy-info.ts'
import { formatCount, formatList } from '../units.ts'
import { type Claim, notMeasured } from './claim.ts'
import { experimentOf } from './figures.ts'

const EXPERIMENT = 'scale-out'
const STICKY = 'sticky cookie'

/** Users who had to log in again in all changes of instances. They are counted, so there is no tolerance. */
interface Lost {
  readonly info: StrategyInfo
  readonly isSticky: boolean
  readonly users: number
}

function lostOf(experiment: ExperimentResult, info: StrategyInfo): readonly Lost[] {
  const own = experiment.figures.filter(({ id, subject }) => id === 'lost' && subject === info.id)
  return [true, false].flatMap((isSticky) => {
    const some = own.filter(({ params }) => (params.balance === STICKY) === isSticky)
    if (some.length === 0) return []
    return [{ info, isSticky, users: some.reduce((sum, { estimate }) => sum + estimate.value, 0) }]
  })
}

const isLocal = ({ info: { needs } }: Lost): boolean => needs.includes('memory') || needs.includes('sqlite')
const isShared = (lost: Lost): boolean => lost.info.state === 'stateful' && !isLocal(lost)
const isToken = ({ info: { state } }: Lost): boolean => state === 'stateless'
const sumOf = (some: readonly Lost[]): number => some.reduce((sum, { users }) => sum + users, 0)
const titlesOf = (some: readonly Lost[]): string =>
  formatList([...new Set(some.map(({ info }) => info.title))])

export const stickySessions: Claim = {
  id: 'sticky-sessions',
  text: 'JWT is worth it once sticky sessions become a problem.',
  from: [EXPERIMENT],
  supports:
    'Instances that come and go log users out with sticky sessions and with sessions in a shared store, and nobody with tokens.',
  refutes: 'Sessions in a shared store lose nobody either, without a sticky cookie.',
  judge(results) {
    const experiment = experimentOf(results, EXPERIMENT)
    const all = experiment === null ? [] : results.strategies.flatMap((info) => lostOf(experiment, info))
    const sticky = all.filter((lost) => isLocal(lost) && lost.isSticky)
    const shared = all.filter((lost) => isShared(lost) && !lost.isSticky)
    const tokens = all.filter((lost) => isToken(lost) && !lost.isSticky)
    if (sticky.length === 0 || shared.length === 0 || tokens.length === 0) {
      return notMeasured(
        'Instances behind a balancer did not come and go under sessions in memory, sessions in Redis and tokens: `authbench run --scenarios scale-out` does it.',
      )
    }
    const evidence = all.map(
      ({ info, isSticky, users }) =>
        `${info.title}, ${isSticky ? 'sticky cookie' : 'no sticky cookie'}: ${formatCount(users, 'user')} had to log in again.`,
    )
    const problem = `With ${titlesOf(sticky)} and a sticky cookie ${formatCount(sumOf(sticky), 'user')} had to log in again when instances came and went`
    if (sumOf(sticky) === 0)
      return { verdict: 'depends', why: 'Sticky sessions lost nobody, so there was no problem.', evidence }
    if (sumOf(shared) === 0) {
      return {
        verdict: 'refuted',
        why: `${problem}, and nobody with ${titlesOf(shared)} and no sticky cookie: a shared store solves it as well${sumOf(tokens) === 0 ? ` as ${titlesOf(tokens)}` : ''}.`,
        evidence,
      }
    }
    return {
      verdict: sumOf(tokens) === 0 ? 'supported' : 'depends',
      why: `${problem}, ${formatCount(sumOf(shared), 'user')} with ${titlesOf(shared)}, ${formatCount(sumOf(tokens), 'user')} with ${titlesOf(tokens)}.`,
      evidence,
    }
  },
}
