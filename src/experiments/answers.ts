import { z } from 'zod'

/** One request: milliseconds from the start of the trial until it was sent, until its answer came, and the status; null: no answer. */
export const answerSchema = z.tuple([z.number(), z.number().nonnegative(), z.int().nullable()])
export type Answer = z.infer<typeof answerSchema>

export const OK = 200
export const UNAVAILABLE = 503
export const UNAUTHORIZED = 401

/** Sent inside of it. */
export const sentBetween = (answers: readonly Answer[], fromMs: number, toMs: number): readonly Answer[] =>
  answers.filter(([sentMs]) => sentMs >= fromMs && sentMs < toMs)

export const countOf = (answers: readonly Answer[], status: number | null): number =>
  answers.filter((answer) => answer[2] === status).length

export const longestOf = (answers: readonly Answer[]): number =>
  Math.max(0, ...answers.map(([, tookMs]) => tookMs))

/** `200: 35, 503: 12`. */
export function statusesText(answers: readonly Answer[]): string {
  const byStatus = Map.groupBy(answers, ([, , status]) => status)
  return [...byStatus]
    .toSorted(([a], [b]) => (a ?? 0) - (b ?? 0))
    .map(([status, same]) => `${status ?? 'no answer'}: ${same.length}`)
    .join(', ')
}

/** For a chart that has room for one trial of each. */
export const firstTrialText = (groups: readonly { readonly trials: readonly unknown[] }[]): string =>
  groups.some(({ trials }) => trials.length > 1) ? ' Of several trials the first.' : ''

export interface Span {
  readonly from: number
  readonly to: number
  readonly state: string
}

/**
 * What was answered over time, in steps from `fromMs` on: of several in one step the state that comes first in `states`. A step without a
 * request is left out.
 */
export function spansOf(
  answers: readonly Answer[],
  fromMs: number,
  stepMs: number,
  states: readonly string[],
  stateOf: (answer: Answer) => string,
): Span[] {
  const later = answers.filter(([sentMs]) => sentMs >= fromMs)
  const bySteps = Map.groupBy(later, ([sentMs]) => Math.floor((sentMs - fromMs) / stepMs))
  const spans: Span[] = []
  for (const [step, group] of [...bySteps].toSorted(([a], [b]) => a - b)) {
    const seen = new Set(group.map(stateOf))
    const state = states.find((each) => seen.has(each))
    if (state === undefined) continue
    const [from, to] = [step * stepMs, (step + 1) * stepMs]
    const last = spans.at(-1)
    if (last !== undefined && last.state === state && last.to === from)
      spans[spans.length - 1] = { ...last, to }
    else spans.push({ from, to, state })
  }
  return spans
}
