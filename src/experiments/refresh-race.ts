import { exactEstimate } from '../results/estimate.ts'
import type { Analysis, ExperimentChart, ExperimentTable, Figure } from '../results/experiment.ts'
import type { StrategyInfo } from '../results/strategy-info.ts'
import { sorted } from '../stats/median.ts'
import { formatDuration, formatList } from '../units.ts'
import { experiment } from './experiment.ts'
import {
  type Honest,
  type RefreshRaceObservation,
  refreshRaceObservationSchema,
  type Theft,
} from './refresh-race/observation.ts'

const after = (ms: number) => formatDuration(ms)

function situationText({ situation, clients, afterMs }: Honest): string {
  if (situation === 'parallel') return `${clients} tabs refresh at once`
  if (situation === 'late') return `a tab that is two refreshes and ${after(afterMs)} late`
  return `the answer is lost, retry after ${after(afterMs)}`
}

const THIEF_WORDS: Readonly<Record<Theft['thief'], string>> = {
  before: 'thief first, user',
  after: 'user first, thief',
  'after two': 'user twice, thief',
}
const theftText = ({ thief, distanceMs }: Theft): string => `${THIEF_WORDS[thief]} ${after(distanceMs)} later`

interface Row<Observation> {
  readonly text: string
  readonly first: Observation
  readonly of: (strategy: string) => readonly Observation[]
}

/** In the order in which they were tried. */
function rowsOf<Observation extends Honest | Theft>(
  observations: readonly Observation[],
  textOf: (observation: Observation) => string,
): readonly Row<Observation>[] {
  return [...Map.groupBy(observations, textOf)].flatMap(([text, same]) => {
    const [first] = same
    if (first === undefined) return []
    return [{ text, first, of: (strategy: string) => same.filter((each) => each.strategy === strategy) }]
  })
}

const tally = (values: readonly boolean[]): string =>
  values.length === 0 ? 'not tried' : `${values.filter(Boolean).length} of ${values.length}`

/** Least and most: sorted, not noticed last. */
function windowText(thefts: readonly Theft[]): string {
  if (thefts.length === 0) return 'not tried'
  const noticed = sorted(thefts.flatMap(({ windowMs }) => windowMs ?? []))
  const [least, most] = [noticed[0], noticed.at(-1)]
  const missed = thefts.length - noticed.length
  const none = `not noticed in ${after(thefts[0]?.watchedMs ?? 0)}`
  if (least === undefined || most === undefined) return none
  const range = most === 0 ? 'none' : least === most ? after(most) : `${after(least)} to ${after(most)}`
  return missed === 0 ? range : `${range}; ${missed} of ${thefts.length} ${none}`
}

function figuresOf(
  honest: readonly Row<Honest>[],
  thefts: readonly Row<Theft>[],
  strategies: readonly StrategyInfo[],
): readonly Figure[] {
  return strategies.flatMap(({ id, title }) => [
    ...honest.flatMap(({ text, first, of }): Figure[] => {
      const own = of(id)
      if (own.length === 0) return []
      const params = { situation: text, kind: first.situation }
      const place = { subject: id, label: title, params, unit: '' }
      const loggedOut = own.filter((each) => each.loggedOut).length
      const refused = own.reduce((sum, each) => sum + each.refused, 0)
      return [
        {
          ...place,
          id: 'false-logouts',
          title: 'False logouts',
          estimate: exactEstimate(loggedOut, own.length),
        },
        { ...place, id: 'refused', title: 'Refused refreshes', estimate: exactEstimate(refused, own.length) },
      ]
    }),
    ...thefts.flatMap(({ text, of }): Figure[] => {
      const own = of(id)
      if (own.length === 0) return []
      const place = { subject: id, label: title, params: { situation: text } }
      const noticed = own.flatMap(({ windowMs }) => windowMs ?? [])
      const detected = exactEstimate(noticed.length, own.length)
      const longest = Math.max(...noticed)
      return [
        { ...place, id: 'thefts-noticed', title: 'Thefts noticed', unit: '', estimate: detected },
        // What was not noticed has no window that ends.
        ...(noticed.length < own.length
          ? []
          : [
              {
                ...place,
                id: 'window',
                title: 'Window of attack, longest',
                unit: 'ms',
                estimate: exactEstimate(longest, own.length),
              },
            ]),
      ]
    }),
  ])
}

function tablesOf(
  honest: readonly Row<Honest>[],
  thefts: readonly Row<Theft>[],
  strategies: readonly StrategyInfo[],
): readonly ExperimentTable[] {
  const columns = [
    { title: 'What happens', unit: null },
    ...strategies.map(({ title }) => ({ title, unit: null })),
  ]
  return [
    {
      caption: 'The user alone: logged out without cause',
      columns,
      rows: honest.map(({ text, of }) => [
        text,
        ...strategies.map(({ id }) => tally(of(id).map(({ loggedOut }) => loggedOut))),
      ]),
      note: 'Trials after which no token that the user was given refreshes any more, of all trials. Requests alternate between two servers.',
    },
    {
      caption: 'A stolen refresh token: noticed',
      columns,
      rows: thefts.map(({ text, of }) => [
        text,
        ...strategies.map(({ id }) => tally(of(id).map(({ windowMs }) => windowMs !== null))),
      ]),
      note: 'User and thief refresh in every period with the newest token that each was given. Noticed: a refresh was refused and the family ended.',
    },
    {
      caption: 'A stolen refresh token: window of attack',
      columns,
      rows: thefts.map(({ text, of }) => [text, ...strategies.map(({ id }) => windowText(of(id)))]),
      note: 'From the first tokens of the thief to the end of the family, by the clock of the servers, which the experiment sets. The last access token of the thief is accepted until it expires on top of that.',
    },
  ]
}

function chartsOf(
  honest: readonly Honest[],
  thefts: readonly Theft[],
  strategies: readonly StrategyInfo[],
): readonly ExperimentChart[] {
  const shares = (share: (strategy: string) => { readonly hits: number; readonly trials: number }) =>
    strategies.flatMap(({ id, title, state }) => {
      const { hits, trials } = share(id)
      if (trials === 0) return []
      return [
        {
          label: title,
          state,
          segments: [{ name: 'share', estimate: exactEstimate((100 * hits) / trials, trials) }],
        },
      ]
    })
  const ofHonest = (situation: Honest['situation']) => (strategy: string) => {
    const own = honest.filter((each) => each.strategy === strategy && each.situation === situation)
    return { hits: own.filter(({ loggedOut }) => loggedOut).length, trials: own.length }
  }
  const ofThefts = (strategy: string) => {
    const own = thefts.filter((each) => each.strategy === strategy)
    return { hits: own.filter(({ windowMs }) => windowMs !== null).length, trials: own.length }
  }
  const frame = { kind: 'bars' as const, unit: '%', references: [] }
  return [
    {
      ...frame,
      id: 'false-logouts',
      title: 'Logged out by tabs that refresh at once',
      description: 'Share of trials with 2 to 10 tabs after which the user was logged out. Less is better.',
      rows: shares(ofHonest('parallel')),
    },
    {
      ...frame,
      id: 'noticed',
      title: 'Thefts of a refresh token that were noticed',
      description:
        'Share of all trials of theft, those in which both refresh within a second included. More is better.',
      rows: shares(ofThefts),
    },
  ]
}

function answerOf(
  honest: readonly Honest[],
  thefts: readonly Theft[],
  strategies: readonly StrategyInfo[],
): readonly string[] {
  return strategies.flatMap(({ id, title }) => {
    const own = honest.filter(({ strategy }) => strategy === id)
    const parallel = own.filter(({ situation }) => situation === 'parallel')
    const others = own.filter(({ situation }) => situation !== 'parallel')
    const stolen = thefts.filter(({ strategy }) => strategy === id)
    if (own.length + stolen.length === 0) return []
    const missed = stolen.find(({ windowMs }) => windowMs === null)
    const parts = [
      ...(parallel.length === 0
        ? []
        : [
            `tabs that refresh at once log the user out in ${tally(parallel.map((each) => each.loggedOut))} trials`,
          ]),
      ...(others.length === 0
        ? []
        : [`late tabs and retries in ${tally(others.map((each) => each.loggedOut))}`]),
      ...(stolen.length === 0
        ? []
        : [
            `a theft is noticed in ${tally(stolen.map(({ windowMs }) => windowMs !== null))}${missed === undefined ? '' : `, and in the others not within ${after(missed.watchedMs)}`}`,
          ]),
    ]
    return [`${title}: ${formatList(parts)}.`]
  })
}

function brokenOf(
  honest: readonly Honest[],
  thefts: readonly Theft[],
  titleOf: (id: string) => string,
): readonly string[] {
  const split = honest.filter(({ successors }) => successors > 1)
  const alive = thefts.filter(({ windowMs, familyEnded }) => windowMs !== null && !familyEnded)
  return [
    ...new Set([
      ...split.map(
        ({ strategy, successors }) =>
          `${titleOf(strategy)} exchanged one refresh token for ${successors} others`,
      ),
      ...alive.map(
        ({ strategy }) => `${titleOf(strategy)} refused a used refresh token and refreshed its family on`,
      ),
    ]),
  ]
}

function analyse(
  observations: readonly RefreshRaceObservation[],
  strategies: readonly StrategyInfo[],
): Analysis {
  const honest = observations.filter((each) => each.kind === 'honest')
  const thefts = observations.filter((each) => each.kind === 'theft')
  if (observations.length === 0) return { answer: [], figures: [], charts: [] }
  const rows = [rowsOf(honest, situationText), rowsOf(thefts, theftText)] as const
  const titleOf = (id: string) => strategies.find((strategy) => strategy.id === id)?.title ?? id
  return {
    answer: [...answerOf(honest, thefts, strategies)],
    figures: [...figuresOf(...rows, strategies)],
    tables: [...tablesOf(...rows, strategies)],
    charts: [...chartsOf(honest, thefts, strategies)],
    broken: [...brokenOf(honest, thefts, titleOf)],
  }
}

export const refreshRace = experiment({
  title: 'Refresh tokens: races and thieves',
  question:
    'Which rotation logs users out when their tabs refresh at once, and which notices a stolen refresh token?',
  observation: refreshRaceObservationSchema,
  analyse,
})
