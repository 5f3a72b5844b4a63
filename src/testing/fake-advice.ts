import { type Advice, advise, PARTS } from '../advice/advise.ts'
import type { Facts } from '../advice/facts/facts.ts'
import { readWishes, type WishTexts } from '../advice/wishes.ts'
import type { Results } from '../results/results.ts'
import { fakeResults } from './fake-results.ts'

export const usual = fakeResults()
export const on = (of: Facts, wishes: WishTexts = {}): Advice => advise(of, readWishes(wishes).wishes, PARTS)
export const ids = (subjects: readonly { readonly id: string }[]) => subjects.map(({ id }) => id)
export const meeting = ({ left, dominated }: Advice) => [...ids(left), ...ids(dominated)].sort()
export const unmetOf = (advice: Advice, id: string) =>
  advice.ruledOut.find((out) => out.id === id)?.unmet ?? []
export const named = (advice: Advice, id: string) => advice.named.find((each) => each.id === id)

/** The run with other values of one metric of one strategy, in every round. */
export function changed(
  results: Results,
  strategy: string,
  metric: string,
  change: (value: number) => number,
): Results {
  const isMeant = (each: { readonly strategy: string; readonly metric: string }) =>
    each.strategy === strategy && each.metric === metric
  return {
    ...results,
    rounds: results.rounds.map((each) =>
      isMeant(each)
        ? { ...each, values: each.values.map((one) => ({ ...one, value: change(one.value) })) }
        : each,
    ),
    summary: results.summary.map((each) =>
      isMeant(each) ? { ...each, estimate: { ...each.estimate, value: change(each.estimate.value) } } : each,
    ),
  }
}
export const without = (results: Results, metric: string): Results => ({
  ...results,
  rounds: results.rounds.filter((each) => each.metric !== metric),
  summary: results.summary.filter((each) => each.metric !== metric),
})
export const withInfo = (
  results: Results,
  id: string,
  change: Partial<Results['strategies'][number]>,
): Results => ({
  ...results,
  strategies: results.strategies.map((info) => (info.id === id ? { ...info, ...change } : info)),
})
