import { exactEstimate } from '../results/estimate.ts'
import type { Analysis, ExperimentChart } from '../results/experiment.ts'
import type { StrategyInfo } from '../results/strategy-info.ts'
import { formatCount, formatList } from '../units.ts'
import { experiment } from './experiment.ts'
import { cpuAnswer, cpuFigures, cpuTables, scaledOf } from './scale-out/linearity.ts'
import { CHANGES, type ScaleOutObservation, scaleOutObservationSchema } from './scale-out/observation.ts'
import { CHANGE_WORDS, figuresOf, type Group, groupsOf, tablesOf } from './scale-out/tables.ts'

/** What one instance knows, no other does. */
const isLocal = ({ needs }: StrategyInfo): boolean => needs.includes('memory') || needs.includes('sqlite')

const refusedOf = ({ steady, changes }: Pick<Group, 'steady' | 'changes'>): number =>
  [...steady, ...changes].reduce((sum, { refusedUsers }) => sum + refusedUsers, 0)

const lostOf = (groups: readonly Pick<Group, 'changes'>[]): number =>
  groups.flatMap(({ changes }) => changes).reduce((sum, { refusedUsers }) => sum + refusedUsers, 0)

function chartOf(groups: readonly Group[]): ExperimentChart {
  return {
    kind: 'bars',
    id: 'lost',
    title: 'Users who have to log in again when instances come and go',
    description: `Share of all users of four changes: ${formatList(CHANGES.map((change) => CHANGE_WORDS[change].toLowerCase()))}. Less is better.`,
    unit: '%',
    rows: groups
      .filter(({ changes }) => changes.length > 0)
      .map(({ info, balance, changes }) => {
        const users = changes.reduce((sum, each) => sum + each.users, 0)
        const share = (100 * lostOf([{ changes }])) / users
        return {
          label: `${info.title}, ${balance}`,
          state: info.state,
          segments: [{ name: 'users', estimate: exactEstimate(share, changes.length) }],
        }
      }),
    references: [],
  }
}

function answerOf(groups: readonly Group[]): readonly string[] {
  const titles = (some: readonly Group[]) => formatList([...new Set(some.map(({ info }) => info.title))])
  const local = groups.filter(({ info }) => isLocal(info))
  const turns = local.filter(({ balance }) => balance !== 'sticky cookie')
  const sticky = local.filter(({ balance }) => balance === 'sticky cookie')
  const shared = groups.filter(({ info }) => !isLocal(info))
  const severalRefused = turns.flatMap(({ steady }) =>
    steady.filter(({ instances, refusedUsers }) => instances > 1 && refusedUsers > 0),
  )
  return [
    ...(severalRefused.length === 0
      ? []
      : [
          `${titles(turns)}: with more than one instance and no sticky cookie, ${Math.max(...severalRefused.map(({ refusedUsers }) => refusedUsers))} of ${severalRefused[0]?.users ?? 0} users are refused.`,
        ]),
    ...(sticky.length === 0
      ? []
      : [
          `A sticky cookie mends that until instances go: ${formatList(
            CHANGES.flatMap((change) => {
              const own = sticky.flatMap(({ changes }) => changes.filter((each) => each.change === change))
              if (own.length === 0) return []
              const lost = Math.max(...own.map(({ refusedUsers }) => refusedUsers))
              return [`${change} ${lost} of ${own[0]?.users ?? 0}`]
            }),
          )} users have to log in again.`,
        ]),
    ...(shared.length === 0
      ? []
      : [
          lostOf(shared) === 0
            ? `${titles(shared)}: nobody has to log in again, with any balancer and without a cookie.`
            : `${titles(shared)}: ${formatCount(lostOf(shared), 'user')} had to log in again.`,
        ]),
  ]
}

function brokenOf(groups: readonly Group[]): readonly string[] {
  return groups.flatMap((group) => {
    const refused = refusedOf(group)
    return isLocal(group.info) || refused === 0
      ? []
      : [
          `${group.info.title} refused ${formatCount(refused, 'user')} behind a balancer (${group.balance}), though every instance can know them.`,
        ]
  })
}

function analyse(
  observations: readonly ScaleOutObservation[],
  strategies: readonly StrategyInfo[],
): Analysis {
  const groups = groupsOf(
    strategies,
    observations.filter((each) => each.kind === 'steady'),
    observations.filter((each) => each.kind === 'change'),
    observations.filter((each) => each.kind === 'latency'),
  )
  const scaled = scaledOf(
    strategies,
    observations.filter((each) => each.kind === 'cpu'),
  )
  if (groups.length + scaled.length === 0) return { answer: [], figures: [], charts: [] }
  const balancers = observations.flatMap((each) => (each.kind === 'balancer' ? [each.product] : []))
  return {
    answer: [
      ...answerOf(groups),
      ...cpuAnswer(scaled),
      ...(balancers.length === 0 ? [] : [`The balancer was ${formatList([...new Set(balancers)])}.`]),
    ],
    figures: [...groups.flatMap((group) => figuresOf(group)), ...cpuFigures(scaled)],
    tables: [...(groups.length === 0 ? [] : tablesOf(groups)), ...cpuTables(scaled)],
    charts: groups.length === 0 ? [] : [chartOf(groups)],
    broken: [...brokenOf(groups)],
  }
}

export const scaleOut = experiment({
  title: 'Several instances behind a load balancer',
  question:
    'Who is logged out when instances come and go, with sessions in memory, sessions in Redis and tokens, and does a sticky cookie help? Does a request cost more CPU where there are more instances?',
  observation: scaleOutObservationSchema,
  analyse,
})
