import { exactEstimate, seenEstimate } from '../../results/estimate.ts'
import type { ExperimentTable, Figure } from '../../results/experiment.ts'
import type { StrategyInfo } from '../../results/strategy-info.ts'
import { formatBytes, formatDuration } from '../../units.ts'
import { type Answer, longestOf, sentBetween, statusesText, UNAUTHORIZED } from '../answers.ts'
import { goneFrom, keepsData, type OutageFault, type OutageObservation } from './observation.ts'
import { FAULT_WORDS, isExcused } from './promises.ts'

/** One strategy in one fault. */
export interface Group {
  readonly info: StrategyInfo
  readonly fault: OutageFault
  readonly trials: readonly OutageObservation[]
}

type Counted = 'users' | 'loggedOut' | 'refreshing' | 'refreshingLoggedOut' | 'revoked' | 'revived'

export const sumOf = (trials: readonly OutageObservation[], key: Counted): number =>
  trials.reduce((sum, trial) => sum + trial[key], 0)

export const waitOf = (trials: readonly OutageObservation[]): number =>
  longestOf(trials.flatMap(({ reads, logins }) => [...reads, ...logins]))

const during = (trials: readonly OutageObservation[]): readonly Answer[] =>
  trials.flatMap((trial) => sentBetween(trial.reads, goneFrom(trial), trial.toMs))

const afterwards = (trials: readonly OutageObservation[]): readonly Answer[] =>
  trials.flatMap(({ reads, toMs }) => sentBetween(reads, toMs, Number.POSITIVE_INFINITY))

/** The longest; null: not all of them recovered. */
function recoveryOf(trials: readonly OutageObservation[]): number | null {
  const all = trials.flatMap(({ recoveredMs }) => recoveredMs ?? [])
  return all.length < trials.length ? null : Math.max(...all)
}

export function figuresOf({ info, fault, trials }: Group): readonly Figure[] {
  const place = { subject: info.id, label: info.title, params: { fault } }
  const counted = (id: string, title: string, value: number): Figure => ({
    ...place,
    id,
    title,
    unit: '',
    estimate: exactEstimate(value, trials.length),
  })
  const seen = (id: string, title: string, value: number): Figure => ({
    ...place,
    id,
    title,
    unit: 'ms',
    estimate: seenEstimate(value, trials.length),
  })
  const refused = during(trials).filter(([, , status]) => status === UNAUTHORIZED).length
  const recovery = recoveryOf(trials)
  return [
    ...(keepsData(fault)
      ? [counted('refused-while-away', 'Refused with 401 while it is away', refused)]
      : []),
    ...(sumOf(trials, 'users') === 0
      ? []
      : [counted('logged-out', 'Users logged out', sumOf(trials, 'loggedOut'))]),
    ...(sumOf(trials, 'refreshing') === 0
      ? []
      : [
          counted(
            'logged-out-in-refresh',
            'Users logged out by a refresh that met the fault',
            sumOf(trials, 'refreshingLoggedOut'),
          ),
        ]),
    ...(sumOf(trials, 'revoked') === 0
      ? []
      : [counted('revived', 'Revoked credentials accepted again', sumOf(trials, 'revived'))]),
    seen('longest-wait', 'Longest wait', waitOf(trials)),
    ...(recovery === null ? [] : [seen('recovery', 'Recovery, longest', recovery)]),
  ]
}

const NOT_TOLD = '–'

function memoryText(trials: readonly OutageObservation[]): string {
  const grown = trials.flatMap(({ memoryBytes }) =>
    memoryBytes === null ? [] : [memoryBytes.after - memoryBytes.before],
  )
  const most = Math.max(...grown)
  return grown.length === 0 ? NOT_TOLD : `${most > 0 ? '+' : '−'}${formatBytes(Math.abs(most))}`
}

const ofText = (trials: readonly OutageObservation[], part: Counted, whole: Counted): string =>
  sumOf(trials, whole) === 0 ? NOT_TOLD : `${sumOf(trials, part)} of ${sumOf(trials, whole)}`

export function tableOf(fault: OutageFault, groups: readonly Group[]): ExperimentTable {
  const repeated = groups.some(({ trials }) => trials.length > 1)
  const titles = [
    'Strategy',
    keepsData(fault) ? 'Reads meanwhile' : 'Reads afterwards',
    'Longest wait',
    'Recovery',
    'Logged out',
    'In a refresh',
    'Revoked, back',
    'Memory',
  ]
  const rows = groups.map(({ info, trials }) => {
    const recovery = recoveryOf(trials)
    return [
      `${info.title}${isExcused(info) ? ' *' : ''}`,
      statusesText(keepsData(fault) ? during(trials) : afterwards(trials)),
      formatDuration(waitOf(trials)),
      recovery === null ? 'not seen' : formatDuration(recovery),
      ofText(trials, 'loggedOut', 'users'),
      ofText(trials, 'refreshingLoggedOut', 'refreshing'),
      ofText(trials, 'revived', 'revoked'),
      memoryText(trials),
    ]
  })
  // What nobody of them was asked has no column.
  const isTold = (column: number) => rows.some((cells) => cells[column] !== NOT_TOLD)
  return {
    caption: FAULT_WORDS[fault],
    columns: titles.filter((_, column) => isTold(column)).map((title) => ({ title, unit: null })),
    rows: rows.map((cells) => cells.filter((_, column) => isTold(column))),
    note: `Users and revoked credentials are counted; times and memory are ${repeated ? 'the most of all trials' : 'one observation'}. Recovery: from the end of the fault until a login was served whose credential was accepted. In a refresh: users who refreshed as it began, and whom the same refresh token, sent again afterwards, logged out. Revoked, back: refused before, accepted afterwards. * says itself that it does nothing without its store (A01).`,
  }
}
