// In this folder: results for programs, one file for each format. Names come from outside: each format has its own way to quote them.

import { METRICS } from '../../metrics/registry.ts'
import type { Estimate, Results, Summary } from '../../results/results.ts'

/** What was asked of the servers is no result of theirs. */
const ASKED: readonly string[] = METRICS.filter(({ compared }) => compared === false).map(({ id }) => id)

/** The numbers that somebody follows from run to run. */
export const followed = ({ summary }: Results): readonly Summary[] =>
  summary.filter(({ metric, estimate }) => !ASKED.includes(metric) && Number.isFinite(estimate.value))

/** `connections=64`, one for each parameter of the point. */
export const pointParts = ({ params }: Pick<Summary, 'params'>): readonly (readonly [string, string])[] =>
  Object.entries(params).map(([name, value]) => [name, String(value)])

/** `verify/session-redis`, `curve/load=0.5/session-redis`. Of ids: a history goes on when a title is put in other words. */
export const benchmarkName = (row: Pick<Summary, 'scenario' | 'params' | 'strategy'>): string =>
  [row.scenario, ...pointParts(row).map((part) => part.join('=')), row.strategy].join('/')

/** Null with fewer than 6 rounds, and where low and high are those of unlike requests. */
export const intervalOf = ({
  low,
  high,
  isRange,
}: Estimate): { readonly low: number; readonly high: number } | null =>
  low === null || high === null || isRange ? null : { low, high }

/** Without the last digits, which are those of the division and not of the measurement. */
export const divided = (value: number, divisor: number): number => Number((value / divisor).toPrecision(12))
