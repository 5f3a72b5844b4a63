import type { Analysis, ExperimentChart } from '../results/experiment.ts'
import type { StrategyInfo } from '../results/strategy-info.ts'
import { medianOf } from '../stats/median.ts'
import { enumerateSome, formatCount, formatDuration } from '../units.ts'
import { type Answer, firstTrialText, OK, spansOf, UNAVAILABLE } from './answers.ts'
import { experiment } from './experiment.ts'
import {
  GONE,
  GONE_WORDS,
  type Gone,
  promisesStatelessCore,
  type SplitObservation,
  type SplitOutage,
  splitObservationSchema,
} from './split/observation.ts'
import {
  type Group,
  ioFigures,
  ioTable,
  outageFigures,
  outageTable,
  recoveryOf,
  servedShare,
  whileGone,
} from './split/tables.ts'

const NAMED_AT_MOST = 4
const STEP_MS = 250
const BEFORE_MS = 1000

/** Of unlike answers in one step a chart shows the last of these. */
const STATES = [
  { id: 'served', name: 'served (200)', tone: 'good' },
  { id: 'unavailable', name: '503', tone: 'warn' },
  { id: 'failed', name: 'refused, or no answer', tone: 'bad' },
] as const
const WORST_FIRST = STATES.map(({ id }) => id).toReversed()

const stateOf = ([, , status]: Answer): string =>
  status === OK ? 'served' : status === UNAVAILABLE ? 'unavailable' : 'failed'

function chartOf(gone: Gone, groups: readonly Group[]): ExperimentChart {
  const lengths = groups.flatMap(({ trials }) =>
    trials.slice(0, 1).map(({ killedMs, readyMs }) => readyMs - killedMs),
  )
  const spans = ({ killedMs }: SplitOutage, answers: readonly Answer[]) =>
    spansOf(answers, killedMs - BEFORE_MS, STEP_MS, WORST_FIRST, stateOf)
  return {
    kind: 'timeline',
    id: gone,
    title: `Reads and logins when ${GONE_WORDS[gone]} was killed`,
    description: `Two lines for each strategy, by when requests were sent; of unlike answers within ${formatDuration(STEP_MS)} the worst.${firstTrialText(groups)}`,
    unit: 'ms',
    states: [...STATES],
    rows: groups.flatMap(({ info: { title, state }, trials }) => {
      const [first] = trials
      if (first === undefined) return []
      return [
        { label: `read: ${title}`, state, spans: spans(first, first.reads) },
        { label: `log in: ${title}`, state, spans: spans(first, first.logins) },
      ]
    }),
    events: [
      { at: BEFORE_MS, label: 'killed' },
      { at: Math.round(BEFORE_MS + medianOf(lengths)), label: 'ready again' },
    ],
  }
}

/** Promises that were not kept. */
function brokenBy({ info, gone, trials }: Group): readonly string[] {
  const where = `while ${GONE_WORDS[gone]} was away`
  const reads = whileGone(trials, 'reads')
  const wrong = reads.filter(([, , status]) => status !== OK && status !== UNAVAILABLE)
  const unserved = promisesStatelessCore(info) ? reads.filter(([, , status]) => status === UNAVAILABLE) : []
  return [
    ...(wrong.length === 0
      ? []
      : [
          `${info.title} answered ${formatCount(wrong.length, 'request')} with a good credential neither 200 nor 503 ${where}.`,
        ]),
    ...(unserved.length === 0
      ? []
      : [
          `${info.title} declares that a request asks nobody, and could not serve ${formatCount(unserved.length, 'request')} ${where}.`,
        ]),
    ...(recoveryOf(trials) === null
      ? [`${info.title} did not recover after ${GONE_WORDS[gone]} was back.`]
      : []),
  ]
}

function answerOf(groups: readonly Group[]): readonly string[] {
  const names = (some: readonly Group[]) =>
    enumerateSome([...new Set(some.map(({ info }) => info.title))], NAMED_AT_MOST)
  return GONE.flatMap((gone) => {
    const own = groups.filter((group) => group.gone === gone)
    const shareIs = (asked: 'reads' | 'logins', wanted: (share: number) => boolean) =>
      own.filter(({ trials }) => wanted(servedShare(whileGone(trials, asked)) ?? -1))
    const served = shareIs('reads', (share) => share === 100)
    const stopped = shareIs('reads', (share) => share === 0)
    const logins = shareIs('logins', (share) => share === 100)
    const someLogins = shareIs('logins', (share) => share > 0 && share < 100)
    const noLogins = shareIs('logins', (share) => share === 0)
    if (own.length === 0) return []
    const sentences = [
      ...(served.length === 0 ? [] : [`the core serves everybody with ${names(served)}`]),
      ...(stopped.length === 0 ? [] : [`nobody with ${names(stopped)}`]),
      ...(logins.length === 0 ? [] : [`logins go on with ${names(logins)}`]),
      ...(someLogins.length === 0 ? [] : [`some logins are served with ${names(someLogins)}`]),
      ...(noLogins.length === 0 || logins.length + someLogins.length > 0 ? [] : ['nobody can log in']),
    ]
    return [`While ${GONE_WORDS[gone]} is away, ${sentences.join('; ')}.`]
  })
}

function analyse(observations: readonly SplitObservation[], strategies: readonly StrategyInfo[]): Analysis {
  const groups: readonly Group[] = GONE.flatMap((gone) =>
    strategies.flatMap((info) => {
      const trials = observations
        .filter((each) => each.kind === 'outage')
        .filter((each) => each.strategy === info.id && each.gone === gone)
      return trials.length === 0 ? [] : [{ info, gone, trials }]
    }),
  )
  const ioOf = (info: StrategyInfo) =>
    observations.filter((each) => each.kind === 'io').filter(({ strategy }) => strategy === info.id)
  const hidden = strategies.flatMap((info) =>
    promisesStatelessCore(info) && ioOf(info).some((io) => io.redisCommands + io.authCalls > 0)
      ? [`${info.title} declares that a request asks nobody, and asked Redis or the authentication API.`]
      : [],
  )
  const byGone = GONE.flatMap((gone) => {
    const own = groups.filter((group) => group.gone === gone)
    return own.length === 0 ? [] : [[gone, own] as const]
  })
  return {
    answer: [...answerOf(groups)],
    figures: [
      ...groups.flatMap((group) => outageFigures(group)),
      ...strategies.flatMap((info) => ioFigures(info, ioOf(info))),
    ],
    tables: [
      ...byGone.map(([gone, own]) => outageTable(gone, own)),
      ...(groups.length === 0 ? [] : [ioTable(strategies, ioOf)]),
    ],
    charts: byGone.map(([gone, own]) => chartOf(gone, own)),
    broken: [...groups.flatMap((group) => brokenBy(group)), ...hidden],
  }
}

export const split = experiment({
  title: 'A core API beside an authentication API',
  question:
    'Who is served, and who can log in and refresh, while Redis or the authentication API is away, and what does a request make the core ask?',
  observation: splitObservationSchema,
  analyse,
})
