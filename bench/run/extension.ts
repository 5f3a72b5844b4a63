import { needsMoreRounds } from '../../src/gates/verdict.ts'
import type { Results, RunConfig } from '../../src/results/results.ts'
import { formatCount } from '../../src/units.ts'
import type { RunOutcome } from './runner.ts'

interface Extension {
  readonly measure: (planned: RunConfig, firstRound: number) => Promise<RunOutcome>
  readonly analysed: (outcome: RunOutcome, measured: RunConfig) => Results
  readonly say: (line: string) => void
}

/**
 * The one declared extension: as many rounds again where a gate is open after the planned ones. One that does not come to its end is no
 * second look, and the planned rounds stand as they are.
 */
export async function extended(
  first: RunOutcome,
  config: RunConfig,
  { measure, analysed, say }: Extension,
): Promise<{ readonly outcome: RunOutcome; readonly results: Results }> {
  const results = analysed(first, config)
  if (first.partial || !needsMoreRounds(results.changes, config.rounds)) return { outcome: first, results }
  say(`A gate is open after ${formatCount(config.rounds, 'round')}; as many again decide.`)
  const longer = { ...config, rounds: 2 * config.rounds }
  const more = await measure(longer, config.rounds)
  if (more.partial) {
    say('The added rounds did not come to their end; the planned ones are judged alone.')
    return { outcome: { ...first, fatal: more.fatal }, results }
  }
  const outcome = { ...more, cells: [...first.cells, ...more.cells] }
  return { outcome, results: analysed(outcome, longer) }
}
