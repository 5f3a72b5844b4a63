import { exactEstimate } from '../results/estimate.ts'
import type { Analysis, ExperimentTable, Figure } from '../results/experiment.ts'
import type { StrategyInfo } from '../results/strategy-info.ts'
import { formatCount, formatDuration, formatList, formatNumber } from '../units.ts'
import {
  type AnotherServerObservation,
  AWAY_SECONDS,
  anotherServerObservationSchema,
  type FloodObservation,
  HOLDINGS,
  type Holding,
  MADE_UP_NAMES,
  type MisusedObservation,
  PHASES,
  type PhaseId,
  phaseIds,
  type ServedObservation,
} from './another-server/observation.ts'
import { experiment } from './experiment.ts'

const SHORT: Readonly<Record<PhaseId, string>> = {
  others: 'first',
  again: 'again',
  rotation: 'rotation',
  flood: 'flood',
  'issuer down': 'issuer gone',
  restarted: 'new service',
}

interface Observed {
  readonly info: StrategyInfo
  readonly served: readonly ServedObservation[]
  readonly misused: readonly MisusedObservation[]
  readonly floods: readonly FloodObservation[]
}

const sum = <Row>(rows: readonly Row[], value: (row: Row) => number): number =>
  rows.reduce((total, row) => total + value(row), 0)
const ofAll = (value: number, all: number): string =>
  all === 0 ? '–' : `${formatNumber(value)} of ${formatNumber(all)}`

const inPhase = ({ served }: Observed, phase: PhaseId) => served.filter((each) => each.phase === phase)
const servedText = (rows: readonly ServedObservation[]) =>
  ofAll(
    sum(rows, (row) => row.served),
    sum(rows, ({ asked }) => asked),
  )
const misusedBy = ({ misused }: Observed, how: MisusedObservation['how'], holds?: Holding) =>
  misused.filter((each) => each.how === how && (holds ?? each.holds) === each.holds)
const acceptedText = (rows: readonly (MisusedObservation | FloodObservation)[]) =>
  ofAll(
    sum(rows, ({ accepted }) => accepted),
    sum(rows, ({ sent }) => sent),
  )

/** Nobody but its store has to be there for it to serve whom another one logged in. */
const servesAlone = ({ state, needs }: StrategyInfo): boolean =>
  state === 'stateless' || !needs.includes('auth-server')

function figuresOf(observed: Observed): readonly Figure[] {
  const { info, floods } = observed
  const place = { subject: info.id, label: info.title, unit: '' }
  const inPhases = phaseIds.flatMap((phase): Figure[] => {
    const rows = inPhase(observed, phase)
    if (rows.length === 0) return []
    const asked = sum(rows, (row) => row.asked)
    const figure = (id: string, title: string, value: number): Figure => ({
      ...place,
      id,
      title,
      params: { phase },
      estimate: exactEstimate(value, asked),
    })
    return [
      figure(
        'served',
        'Requests served',
        sum(rows, ({ served }) => served),
      ),
      figure(
        'calls',
        'Calls to auth server or store',
        sum(rows, ({ calls }) => calls),
      ),
    ]
  })
  const misuses = (['forged', 'replayed'] as const).flatMap((how) =>
    HOLDINGS.flatMap((holds): Figure[] => {
      const rows = misusedBy(observed, how, holds)
      if (rows.length === 0) return []
      const estimate = exactEstimate(
        sum(rows, ({ accepted }) => accepted),
        sum(rows, ({ sent }) => sent),
      )
      const title = how === 'forged' ? 'Forged credentials accepted' : 'Replayed credentials accepted'
      return [{ ...place, id: how, title, params: { holds }, estimate }]
    }),
  )
  const fetches: Figure[] =
    floods.length === 0
      ? []
      : [
          {
            ...place,
            id: 'fetches',
            title: 'Fetches of keys in a flood of made-up names',
            params: {},
            estimate: exactEstimate(
              sum(floods, (flood) => flood.fetches),
              sum(floods, ({ services }) => services),
            ),
          },
        ]
  return [...inPhases, ...misuses, ...fetches]
}

function tablesOf(all: readonly Observed[]): readonly ExperimentTable[] {
  const phases = phaseIds.filter((phase) => all.some((each) => inPhase(each, phase).length > 0))
  const byPhase = (textOf: (rows: readonly ServedObservation[]) => string) => ({
    columns: ['Strategy', ...phases.map((phase) => SHORT[phase])].map((title) => ({ title, unit: null })),
    rows: all.map((each) => [
      each.info.title,
      ...phases.map((phase) => {
        const rows = inPhase(each, phase)
        return rows.length === 0 ? '–' : textOf(rows)
      }),
    ]),
  })
  return [
    {
      caption: 'Requests served by services that did not log the user in',
      ...byPhase(servedText),
      note: `What is not served is answered with 503. First and again: all are there. Rotation: users log in anew before, during and after the change of keys. Flood: ${MADE_UP_NAMES} made-up key names come to each service at once. Issuer gone: the auth server, or the service that logged users in, is closed for ${formatDuration(1000 * AWAY_SECONDS)} by the clock of the services. New service: it starts only then.`,
    },
    {
      caption: 'Calls to the auth server, or commands to the store, for these requests',
      ...byPhase(
        (rows) =>
          `${formatNumber(sum(rows, ({ calls }) => calls))} for ${formatNumber(sum(rows, ({ asked }) => asked))}`,
      ),
      note: 'Of all services together; of those that need neither, connections on which they asked anybody. What happens without the store is in the experiment outage.',
    },
    {
      caption: 'A service that was taken over: what it makes, and what the others accept',
      columns: ['Strategy', 'It has', 'Forged, accepted', 'Replayed, accepted'].map((title) => ({
        title,
        unit: null,
      })),
      rows: all.map((each) => [
        each.info.title,
        [...new Set(each.misused.map(({ holds }) => holds))].join(', '),
        acceptedText(misusedBy(each, 'forged')),
        acceptedText(misusedBy(each, 'replayed')),
      ]),
      note: 'Forged: for a user who never came, with what a service needs to verify. Replayed: what users sent to it, used at the others, which take it as long as it is for all of them (aud).',
    },
  ]
}

function answerOf(all: readonly Observed[]): readonly string[] {
  const gone = all.flatMap((each) => {
    const rows = inPhase(each, 'issuer down')
    const isWhole = rows.every(({ asked, served }) => served === asked)
    return rows.length === 0 ? [] : [{ title: each.info.title, isWhole, text: servedText(rows) }]
  })
  const whole = gone.filter(({ isWhole }) => isWhole).map(({ title }) => title)
  const parts = [
    ...(whole.length === 0 ? [] : [`all requests with ${formatList(whole)}`]),
    ...gone.filter(({ isWhole }) => !isWhole).map(({ title, text }) => `${text} with ${title}`),
  ]
  const forgeries = HOLDINGS.flatMap((holds) => {
    const rows = all.flatMap((each) => misusedBy(each, 'forged', holds))
    return rows.length === 0 ? [] : [`with ${holds} ${acceptedText(rows)}`]
  })
  const replayed = all.flatMap((each) => misusedBy(each, 'replayed'))
  const floods = all.flatMap((each) => each.floods)
  return [
    ...(gone.length === 0
      ? []
      : [`While whoever logged users in is gone, other services serve ${parts.join('; ')}.`]),
    ...(forgeries.length === 0
      ? []
      : [
          `A service that was taken over makes credentials for users who never came, and the others accept: ${formatList(forgeries)}. They accept what users sent to it as well: ${acceptedText(replayed)}.`,
        ]),
    ...(floods.length === 0
      ? []
      : [
          `${formatCount(
            sum(floods, ({ sent }) => sent),
            'token',
          )} with made-up key names: ${acceptedText(floods)} accepted; ${formatCount(
            sum(floods, ({ services }) => services),
            'service',
          )} fetched the keys ${formatCount(
            sum(floods, ({ fetches }) => fetches),
            'time',
          )}.`,
        ]),
  ]
}

function brokenOf(observed: Observed): readonly string[] {
  const { info, served, misused, floods } = observed
  const refused = served.filter(({ asked, served: good, unavailable }) => good + unavailable < asked)
  const waits = served.filter(({ phase, unavailable }) => {
    if (unavailable === 0) return false
    if (phase === 'restarted') return !info.needs.includes('auth-server')
    return phase !== 'issuer down' || servesAlone(info)
  })
  const forged = misused.filter(
    ({ how, holds, accepted }) =>
      how === 'forged' && accepted > 0 && (holds === 'public keys' || holds === 'a right to ask'),
  )
  return [
    ...refused.map(({ phase }) => `${info.title} refused a good credential (${PHASES[phase]})`),
    ...waits.map(({ phase }) => `${info.title} could not serve a good credential (${PHASES[phase]})`),
    ...forged.map(({ holds }) => `${info.title} accepted what a service made with ${holds}`),
    ...floods
      .filter(({ accepted }) => accepted > 0)
      .map(() => `${info.title} accepted a token under a made-up key name`),
    ...floods
      .filter(({ fetches, services }) => fetches > services)
      .map(({ fetches }) => `${info.title} fetched the keys ${fetches} times for made-up names`),
  ]
}

function analyse(
  observations: readonly AnotherServerObservation[],
  strategies: readonly StrategyInfo[],
): Analysis {
  const all = strategies.flatMap((info): Observed[] => {
    const own = observations.filter(({ strategy }) => strategy === info.id)
    if (own.length === 0) return []
    return [
      {
        info,
        served: own.filter((each) => each.kind === 'served'),
        misused: own.filter((each) => each.kind === 'misused'),
        floods: own.filter((each) => each.kind === 'flood'),
      },
    ]
  })
  if (all.length === 0) return { answer: [], figures: [], charts: [] }
  return {
    answer: [...answerOf(all)],
    figures: all.flatMap(figuresOf),
    tables: [...tablesOf(all)],
    charts: [],
    broken: [...new Set(all.flatMap(brokenOf))],
  }
}

export const anotherServer = experiment({
  title: 'Another server verifies',
  question:
    'What does a service need to serve users whom another one logged in, and what can somebody do who takes it over?',
  observation: anotherServerObservationSchema,
  analyse,
})
