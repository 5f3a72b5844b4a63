import type { Analysis, ExperimentChart } from '../results/experiment.ts'
import type { StrategyInfo } from '../results/strategy-info.ts'
import { medianOf } from '../stats/median.ts'
import { enumerateSome, formatCount, formatDuration, formatList } from '../units.ts'
import { type Answer, firstTrialText, OK, spansOf, UNAUTHORIZED, UNAVAILABLE } from './answers.ts'
import { experiment } from './experiment.ts'
import {
  keepsData,
  OUTAGE_FAULTS,
  type OutageFault,
  type OutageObservation,
  outageObservationSchema,
  SLOW_MS,
} from './outage/observation.ts'
import { brokenBy, FAULT_WORDS, isExcused } from './outage/promises.ts'
import { figuresOf, type Group, sumOf, tableOf, waitOf } from './outage/tables.ts'

const NAMED_AT_MOST = 4
const STEP_MS = 100
/** Before the fault, in the charts. */
const BEFORE_MS = 1000

/** Of unlike answers in one step a chart shows the last of these. */
const STATES = [
  { id: 'served', name: 'served (200)', tone: 'good' },
  { id: 'unavailable', name: 'store away (503)', tone: 'warn' },
  { id: 'refused', name: 'refused (401)', tone: 'bad' },
  { id: 'no answer', name: 'no answer, or another error', tone: 'bad' },
] as const
const WORST_FIRST = STATES.map(({ id }) => id).toReversed()

function stateOf([, , status]: Answer): string {
  if (status === OK) return 'served'
  if (status === UNAVAILABLE) return 'unavailable'
  return status === UNAUTHORIZED ? 'refused' : 'no answer'
}

function chartOf(fault: OutageFault, groups: readonly Group[]): ExperimentChart {
  const lengths = groups.flatMap(({ trials }) => trials.slice(0, 1).map(({ fromMs, toMs }) => toMs - fromMs))
  return {
    kind: 'timeline',
    id: fault,
    title: `Requests with a good credential when ${FAULT_WORDS[fault]}`,
    description: `One line for each strategy, by when requests were sent; of unlike answers within ${formatDuration(STEP_MS)} the worst.${firstTrialText(groups)}`,
    unit: 'ms',
    states: [...STATES],
    rows: groups.flatMap(({ info, trials }) => {
      const [first] = trials
      if (first === undefined) return []
      const spans = spansOf(first.reads, first.fromMs - BEFORE_MS, STEP_MS, WORST_FIRST, stateOf)
      return [{ label: info.title, state: info.state, spans }]
    }),
    events: keepsData(fault)
      ? [
          { at: BEFORE_MS, label: 'it begins' },
          { at: Math.round(BEFORE_MS + medianOf(lengths)), label: 'it is over' },
        ]
      : [{ at: BEFORE_MS, label: 'it happens' }],
  }
}

function answerOf(groups: readonly Group[], broken: readonly string[]): readonly string[] {
  const names = (some: readonly Group[]) =>
    enumerateSome([...new Set(some.map(({ info }) => info.title))], NAMED_AT_MOST)
  const away = groups.filter(({ fault, info }) => keepsData(fault) && !isExcused(info))
  const strategies = new Set(away.map(({ info }) => info.id)).size
  const waits = away.map(({ trials }) => waitOf(trials))
  const inRefresh = away.filter(({ trials }) => sumOf(trials, 'refreshingLoggedOut') > 0)
  const lost = groups.filter(({ fault }) => !keepsData(fault))
  const loggedOut = lost.filter(({ trials }) => sumOf(trials, 'loggedOut') > 0)
  const isLost = ({ trials }: Group) => sumOf(trials, 'loggedOut') === sumOf(trials, 'users')
  /** In each of the faults. */
  const everybody = loggedOut.filter(({ info }) =>
    lost.filter((group) => group.info.id === info.id).every(isLost),
  )
  const some = loggedOut.filter((group) => !everybody.includes(group))
  const kept = lost.filter(
    ({ info, trials }) =>
      sumOf(trials, 'users') > 0 &&
      sumOf(trials, 'loggedOut') === 0 &&
      !loggedOut.some((group) => group.info.id === info.id),
  )
  const losses = [
    ...(everybody.length === 0 ? [] : [`everybody with ${names(everybody)}`]),
    ...(some.length === 0 ? [] : [`some users with ${names(some)}`]),
    ...(kept.length === 0 ? [] : [`nobody with ${names(kept)}`]),
  ]
  const revived = lost.filter(({ trials }) => sumOf(trials, 'revived') > 0)
  return [
    ...(away.length === 0
      ? []
      : [
          broken.length === 0
            ? `While Redis was killed, paused or slow by ${formatDuration(SLOW_MS)}, ${formatCount(strategies, 'strategy', 'strategies')} answered 503 or served on, never 401, and logged out nobody who did nothing meanwhile; nobody waited longer than ${formatDuration(Math.max(...waits))}.`
            : `${broken.length === 1 ? 'One promise was' : `${broken.length} promises were`} not kept.`,
        ]),
    ...(inRefresh.length === 0
      ? []
      : [
          `Who refreshed just then, was answered 503 and sent the same refresh token again is logged out by ${names(inRefresh)}: Redis had done it after all.`,
        ]),
    ...(losses.length === 0 ? [] : [`A Redis that loses what it held logs out ${losses.join('; ')}.`]),
    ...(revived.length === 0
      ? []
      : [
          `In exchange, revoked credentials are accepted again: ${formatList([
            ...new Set(revived.map(({ info }) => info.title)),
          ])}.`,
        ]),
  ]
}

function analyse(observations: readonly OutageObservation[], strategies: readonly StrategyInfo[]): Analysis {
  const groups: readonly Group[] = OUTAGE_FAULTS.flatMap((fault) =>
    strategies.flatMap((info) => {
      const trials = observations.filter((each) => each.strategy === info.id && each.fault === fault)
      return trials.length === 0 ? [] : [{ info, fault, trials }]
    }),
  )
  const broken = groups.flatMap(({ info, trials }) => trials.flatMap((trial) => brokenBy(info, trial)))
  const byFault = OUTAGE_FAULTS.flatMap((fault) => {
    const own = groups.filter((group) => group.fault === fault)
    return own.length === 0 ? [] : [[fault, own] as const]
  })
  return {
    answer: [...answerOf(groups, broken)],
    figures: groups.flatMap((group) => figuresOf(group)),
    tables: byFault.map(([fault, own]) => tableOf(fault, own)),
    charts: byFault.map(([fault, own]) => chartOf(fault, own)),
    broken: [...new Set(broken)],
  }
}

export const outage = experiment({
  title: 'When Redis fails',
  question:
    'What do users get while Redis is killed, paused or slow, and after it has lost what it held: who is served, who waits, who is logged out?',
  observation: outageObservationSchema,
  analyse,
})
