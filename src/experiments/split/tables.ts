import { exactEstimate, seenEstimate } from '../../results/estimate.ts'
import type { ExperimentTable, Figure } from '../../results/experiment.ts'
import type { StrategyInfo } from '../../results/strategy-info.ts'
import { formatDuration, formatList, formatNumber } from '../../units.ts'
import { type Answer, countOf, OK, sentBetween } from '../answers.ts'
import {
  GONE_WORDS,
  type Gone,
  promisesStatelessCore,
  type SplitIo,
  type SplitOutage,
} from './observation.ts'

/** One strategy without one of the two. */
export interface Group {
  readonly info: StrategyInfo
  readonly gone: Gone
  readonly trials: readonly SplitOutage[]
}

const ASKED = ['reads', 'logins', 'refreshes'] as const
export type Asked = (typeof ASKED)[number]

/** Answers to what was sent while nobody was there. */
export const whileGone = (trials: readonly SplitOutage[], asked: Asked): readonly Answer[] =>
  trials.flatMap((trial) => sentBetween(trial[asked], trial.goneMs, trial.startedMs))

/** In percent; null: nothing was asked. */
export function servedShare(answers: readonly Answer[]): number | null {
  return answers.length === 0 ? null : (100 * countOf(answers, OK)) / answers.length
}

/** From the death until the last request was sent that was served; null: none was. */
function servedForMs(trials: readonly SplitOutage[]): number | null {
  const served = trials.flatMap((trial) =>
    sentBetween(trial.reads, trial.goneMs, trial.startedMs).flatMap(([sentMs, , status]) =>
      status === OK ? [sentMs - trial.goneMs] : [],
    ),
  )
  return served.length === 0 ? null : Math.max(...served)
}

/** The longest; null: not all recovered. */
export function recoveryOf(trials: readonly SplitOutage[]): number | null {
  const all = trials.flatMap(({ recoveredMs }) => recoveredMs ?? [])
  return all.length < trials.length ? null : Math.max(...all)
}

const isServed = (trials: readonly SplitOutage[]): boolean => trials.every(({ newCore }) => newCore === OK)

const FIGURES: Readonly<Record<Asked, string>> = {
  reads: 'Requests to the core served',
  logins: 'Logins served',
  refreshes: 'Refreshes served',
}

export function outageFigures({ info, gone, trials }: Group): readonly Figure[] {
  const place = { subject: info.id, label: info.title, params: { gone } }
  const rounds = trials.length
  const shares = ASKED.flatMap((asked): Figure[] => {
    const share = servedShare(whileGone(trials, asked))
    if (share === null) return []
    // All or none is counted; what is served for a while depends on when it is asked.
    const estimate = share === 0 || share === 100 ? exactEstimate(share, rounds) : seenEstimate(share, rounds)
    return [{ ...place, id: `served.${asked}`, title: FIGURES[asked], unit: '%', estimate }]
  })
  const recovery = recoveryOf(trials)
  return [
    ...shares,
    {
      ...place,
      id: 'new-core',
      title: 'A core that is started meanwhile serves',
      unit: '',
      estimate: exactEstimate(isServed(trials) ? 1 : 0, rounds),
    },
    ...(recovery === null
      ? []
      : [
          {
            ...place,
            id: 'recovery',
            title: 'Recovery, longest',
            unit: 'ms',
            estimate: seenEstimate(recovery, rounds),
          },
        ]),
  ]
}

const IO_FIGURES = [
  ['io.redis-commands', 'Redis commands', 'redisCommands', '1/req'],
  ['io.auth-calls', 'Calls to the authentication API', 'authCalls', '1/req'],
  ['io.redis-sockets', 'Connections to Redis', 'redisSockets', ''],
  ['io.auth-sockets', 'Connections to the authentication API', 'authSockets', ''],
] as const

/** Of all countings, which are to be equal, the most. */
const mostOf = (own: readonly SplitIo[], key: (typeof IO_FIGURES)[number][2], unit: string): number =>
  Math.max(...own.map((each) => (unit === '1/req' ? each[key] / each.requests : each[key])))

export const ioFigures = (info: StrategyInfo, own: readonly SplitIo[]): readonly Figure[] =>
  own.length === 0
    ? []
    : IO_FIGURES.map(([id, title, key, unit]) => ({
        id,
        title: `${title} of the core`,
        subject: info.id,
        label: info.title,
        params: {},
        unit,
        estimate: exactEstimate(mostOf(own, key, unit), own.length),
      }))

const shareText = (answers: readonly Answer[]): string => {
  const share = servedShare(answers)
  if (share === null) return '–'
  return share === 100 ? 'all' : share === 0 ? 'none' : `${Math.round(share)} %`
}

function howLong({ info, trials }: Group): string {
  if (servedShare(whileGone(trials, 'reads')) === 100)
    return promisesStatelessCore(info) ? 'until they expire' : 'all the time'
  const ms = servedForMs(trials)
  return ms === null ? '–' : formatDuration(ms)
}

function newCoreText(trials: readonly SplitOutage[]): string {
  const [first] = trials
  if (isServed(trials)) return 'serves'
  return first?.newCore == null ? 'does not start' : `answers ${first.newCore}`
}

export function outageTable(gone: Gone, groups: readonly Group[]): ExperimentTable {
  const titles = ['Strategy', 'Reads', 'For', 'Logins', 'Refreshes', 'A new core', 'Back after']
  return {
    caption: `While ${GONE_WORDS[gone]} is away: what is served`,
    columns: titles.map((title) => ({ title, unit: null })),
    rows: groups.map((group) => {
      const { info, trials } = group
      const recovery = recoveryOf(trials)
      return [
        info.title,
        shareText(whileGone(trials, 'reads')),
        howLong(group),
        shareText(whileGone(trials, 'logins')),
        shareText(whileGone(trials, 'refreshes')),
        newCoreText(trials),
        recovery === null ? 'not seen' : formatDuration(recovery),
      ]
    }),
    note: 'Of what was sent while nobody was there. A new core: started meanwhile, and asked with a good credential. Back after: from when the killed process was ready again until a login was served whose credential the core accepted, without anybody doing anything; the longest of all trials.',
  }
}

export function ioTable(
  strategies: readonly StrategyInfo[],
  ioOf: (info: StrategyInfo) => readonly SplitIo[],
): ExperimentTable {
  const counted = [...new Set(strategies.flatMap(ioOf).map(({ requests }) => formatNumber(requests)))]
  return {
    caption: 'What one request makes the core ask others, and what it holds for that',
    columns: [
      { title: 'Strategy', unit: null },
      ...IO_FIGURES.map(([, title, , unit]) => ({ title, unit: unit === '' ? null : unit })),
    ],
    rows: strategies.flatMap((info) => {
      const own = ioOf(info)
      if (own.length === 0) return []
      return [
        [
          info.title,
          ...IO_FIGURES.map(([, , key, unit]) =>
            unit === '' ? `${mostOf(own, key, unit)}` : exactEstimate(mostOf(own, key, unit), own.length),
          ),
        ],
      ]
    }),
    note: `Counted over ${formatList(counted)} requests of one user, while nobody else asks anything, on the ways from the core. What the authentication API asks Redis on its behalf is not among them.`,
  }
}
