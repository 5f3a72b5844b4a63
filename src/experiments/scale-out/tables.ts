import { exactEstimate, seenEstimate } from '../../results/estimate.ts'
import type { ExperimentTable, Figure } from '../../results/experiment.ts'
import type { StrategyInfo } from '../../results/strategy-info.ts'
import { quantileEstimate } from '../../stats/quantile.ts'
import { formatNumber } from '../../units.ts'
import { OK, UNAUTHORIZED } from '../answers.ts'
import {
  BALANCES,
  type Balance,
  CHANGES,
  type Change,
  type Changed,
  type Latency,
  type Steady,
} from './observation.ts'

/** One strategy behind one balancer. */
export interface Group {
  readonly info: StrategyInfo
  readonly balance: Balance
  readonly steady: readonly Steady[]
  readonly changes: readonly Changed[]
  readonly latencies: readonly Latency[]
}

export const CHANGE_WORDS: Readonly<Record<Change, string>> = {
  'scale out': 'From 2 to 4',
  'scale in': 'From 4 to 2',
  'rolling restart': 'Rolling restart of 2',
  kill: 'One of 2 killed',
}

const nameOf = ({ info, balance }: Group): string => `${info.title}, ${balance}`

/** Requests of the busiest instance over those of an instance on average. */
function imbalanceOf({ perInstance }: Pick<Steady, 'perInstance'>): number {
  const sum = perInstance.reduce((total, each) => total + each, 0)
  return sum === 0 ? 1 : (Math.max(...perInstance) * perInstance.length) / sum
}

const isFailed = (status: number | null): boolean => status !== OK && status !== UNAUTHORIZED

const failedOf = (changes: readonly Changed[]): number =>
  changes.reduce((sum, { during }) => sum + during.filter(([, , status]) => isFailed(status)).length, 0)

/** Of all trials, which are to be equal, the most. */
const most = <Row>(rows: readonly Row[], countOf: (row: Row) => number): number =>
  Math.max(...rows.map(countOf))

const sizesOf = (groups: readonly Group[]): readonly number[] =>
  [...new Set(groups.flatMap(({ steady }) => steady.map(({ instances }) => instances)))].toSorted(
    (a, b) => a - b,
  )

export function figuresOf(group: Group): readonly Figure[] {
  const { info, balance, steady, changes, latencies } = group
  const figure = (
    id: string,
    title: string,
    unit: string,
    params: Figure['params'],
    estimate: Figure['estimate'],
  ): Figure => ({
    id,
    title,
    subject: info.id,
    label: info.title,
    params: { balance, ...params },
    unit,
    estimate,
  })
  const counted = (id: string, title: string, params: Figure['params'], value: number, trials: number) =>
    figure(id, title, '', params, exactEstimate(value, trials))
  return [
    ...sizesOf([group]).flatMap((instances) => {
      const own = steady.filter((each) => each.instances === instances)
      return [
        counted(
          'refused-users',
          'Users refused',
          { instances },
          most(own, ({ refusedUsers }) => refusedUsers),
          own.length,
        ),
        counted(
          'imbalance',
          'Busiest instance over the mean',
          { instances },
          most(own, imbalanceOf),
          own.length,
        ),
      ]
    }),
    ...CHANGES.flatMap((change) => {
      const own = changes.filter((each) => each.change === change)
      if (own.length === 0) return []
      return [
        counted(
          'lost',
          'Users who have to log in again',
          { change },
          most(own, ({ refusedUsers }) => refusedUsers),
          own.length,
        ),
        counted(
          'imbalance',
          'Busiest instance over the mean',
          { change },
          most(own, imbalanceOf),
          own.length,
        ),
        figure('errors', 'Failed requests', '', { change }, seenEstimate(failedOf(own), own.length)),
      ]
    }),
    ...(latencies.length === 0
      ? []
      : [
          figure(
            'added-latency',
            'Added by the balancer, median',
            'ms',
            {},
            quantileEstimate(
              latencies.flatMap(({ addedMs }) => addedMs),
              0.5,
            ),
          ),
        ]),
  ]
}

const NOT_TRIED = '–'

export function tablesOf(groups: readonly Group[]): readonly ExperimentTable[] {
  const sizes = sizesOf(groups)
  const first = { title: 'Strategy, balancer', unit: null }
  const column = (title: string) => ({ title, unit: null })
  const changesOf = ({ changes }: Group, change: Change) => changes.filter((each) => each.change === change)
  const steadyOf = ({ steady }: Group, size: number) => steady.filter(({ instances }) => instances === size)
  const usersText = (own: readonly Pick<Steady, 'users' | 'refusedUsers'>[]) =>
    own.length === 0
      ? NOT_TRIED
      : `${most(own, ({ refusedUsers }) => refusedUsers)} of ${most(own, ({ users }) => users)}`
  const loadText = (own: readonly Pick<Steady, 'perInstance'>[]) =>
    own.length === 0 ? NOT_TRIED : `${formatNumber(Number(most(own, imbalanceOf).toFixed(2)))}×`
  return [
    {
      caption: 'Users who are refused though they have just logged in',
      columns: [first, ...sizes.map((size) => column(size === 1 ? '1 instance' : `${size} instances`))],
      rows: groups.map((group) => [nameOf(group), ...sizes.map((size) => usersText(steadyOf(group, size)))]),
      note: 'Each reads 8 times; refused at least once. Counted, and equal in every run.',
    },
    {
      caption: 'Users who have to log in again when instances come and go',
      columns: [first, ...CHANGES.map((change) => column(CHANGE_WORDS[change]))],
      rows: groups.map((group) => [
        nameOf(group),
        ...CHANGES.map((change) => usersText(changesOf(group, change))),
      ]),
      note: 'They log in before, and read 8 times after it; refused at least once. An instance that goes is drained first: new users go elsewhere. Counted, and equal in every run.',
    },
    {
      caption: 'How unequal the load is: the busiest instance over the mean',
      columns: [
        first,
        ...sizes.filter((size) => size > 1).map((size) => column(`${size} instances`)),
        column('After 2 to 4'),
      ],
      rows: groups.map((group) => [
        nameOf(group),
        ...sizes.filter((size) => size > 1).map((size) => loadText(steadyOf(group, size))),
        loadText(changesOf(group, 'scale out')),
      ]),
      note: 'Users log in one after the other, and all are equally busy; in the last column they had logged in before.',
    },
    {
      caption: 'Requests that fail while it happens, and what the balancer adds',
      columns: [
        first,
        ...CHANGES.map((change) => column(CHANGE_WORDS[change])),
        { title: 'Latency, median', unit: 'ms' },
      ],
      rows: groups.map((group) => [
        nameOf(group),
        ...CHANGES.map((change) => {
          const own = changesOf(group, change)
          return own.length === 0
            ? NOT_TRIED
            : `${failedOf(own)} of ${own.reduce((sum, { during }) => sum + during.length, 0)}`
        }),
        quantileEstimate(
          group.latencies.flatMap(({ addedMs }) => addedMs),
          0.5,
        ),
      ]),
      note: '50 reads a second, one observation for each trial: neither 200 nor 401, or no answer. Latency: through the balancer less without it, of requests in turn.',
    },
  ]
}

export function groupsOf(
  strategies: readonly StrategyInfo[],
  steady: readonly Steady[],
  changes: readonly Changed[],
  latencies: readonly Latency[],
): readonly Group[] {
  return strategies.flatMap((info) =>
    BALANCES.flatMap((balance) => {
      const own = <Row extends { readonly strategy: string; readonly balance: Balance }>(
        rows: readonly Row[],
      ) => rows.filter((row) => row.strategy === info.id && row.balance === balance)
      const group = {
        info,
        balance,
        steady: own(steady),
        changes: own(changes),
        latencies: own(latencies),
      }
      return group.steady.length + group.changes.length === 0 ? [] : [group]
    }),
  )
}
