import type { Results } from '../results/results.ts'

/** What ends a line, a quote, an element or a field somewhere, and a number that could be taken for that of the processors. */
export const HOSTILE_NAME = 'a"b\\c\r\n# EOF\n<d>&\u0000\u001b]=x/y z\u2028\ud800 %41 Ünï-7'

/** The run with one strategy renamed wherever it is named. */
export function renamed(run: Results, from: string, to: string): Results {
  const own = <Row extends { readonly strategy: string }>(row: Row): Row =>
    row.strategy === from ? { ...row, strategy: to } : row
  return {
    ...run,
    strategies: run.strategies.map((info) => (info.id === from ? { ...info, id: to } : info)),
    summary: run.summary.map(own),
    rounds: run.rounds.map(own),
    changes: run.changes.map(own),
    conformance: run.conformance?.map(own),
    validity: {
      ...run.validity,
      checks: run.validity.checks.map((check) =>
        check.strategy === from ? { ...check, strategy: to, sentence: to } : check,
      ),
    },
  }
}
