import { messageOf } from '../../src/results/errors.ts'
import { formatPercent } from '../../src/units.ts'
import type { Check, CheckContext, Outcome } from './check.ts'
import { type Disturbance, isDisturbed } from './disturbance.ts'

/**
 * - `passed`, `failed`: judged
 * - `inconclusive`: failed twice, at last while the machine was disturbed, so that nobody knows whose fault it is
 * - `shown`: a figure that nothing is expected of
 */
export type OutcomeState = 'passed' | 'failed' | 'inconclusive' | 'shown'

export interface Result extends Omit<Outcome, 'passed'> {
  readonly id: string
  readonly engine: string | null
  readonly title: string
  readonly state: OutcomeState
}

export interface Equipment {
  /** Fresh processes for one check; they end with the scope. */
  prepare(scope: AsyncDisposableStack): Promise<CheckContext>
  /** @returns what others had of the machine since then; null where that is not shown */
  watch(): () => Disturbance | null
}

export interface RunChecksOptions {
  readonly signal: AbortSignal
  readonly onStart: (check: Check) => void
  readonly onResult: (result: Result) => void
}

interface Attempt {
  readonly outcomes: readonly Outcome[]
  /** Null where the machine was quiet, or does not show it. */
  readonly disturbed: Disturbance | null
}

/** In their order, each with processes of its own. Ends early, without a word about the current one, when the signal says so. */
export async function runChecks(
  checks: readonly Check[],
  equipment: Equipment,
  { signal, onStart, onResult }: RunChecksOptions,
): Promise<readonly Result[]> {
  const results: Result[] = []
  for (const check of checks) {
    if (signal.aborted) break
    onStart(check)
    const first = await attempt(check, equipment)
    // Once, whatever the reason: a broken instrument fails again.
    const repeats = check.timed && first.outcomes.some(({ passed }) => !passed) && !signal.aborted
    const last = repeats ? await attempt(check, equipment) : first
    if (signal.aborted) break
    for (const outcome of last.outcomes) {
      const result = resultOf(check, outcome, last)
      results.push(result)
      onResult(result)
    }
  }
  return results
}

async function attempt(check: Check, equipment: Equipment): Promise<Attempt> {
  const disturbance = equipment.watch()
  const outcomes = await measure(check, equipment)
  const seen = disturbance()
  return { outcomes, disturbed: seen !== null && isDisturbed(seen) ? seen : null }
}

/** An instrument that breaks is no more exact than one that is wrong. */
async function measure(check: Check, equipment: Equipment): Promise<readonly Outcome[]> {
  try {
    await using scope = new AsyncDisposableStack()
    return await check.run(await equipment.prepare(scope))
  } catch (error) {
    const nothing = { what: '', expected: null, measured: null, tolerance: null, unit: '' }
    return [{ ...nothing, passed: false, sentence: `It could not be measured: ${messageOf(error)}.` }]
  }
}

function resultOf(
  { id, engine, title, timed }: Check,
  { passed, sentence, ...figure }: Outcome,
  { disturbed }: Attempt,
): Result {
  const common = { id, engine, title, ...figure }
  const state = stateOf(passed, figure.tolerance !== null, timed && disturbed !== null)
  if (disturbed === null || state === 'passed' || state === 'failed') return { ...common, sentence, state }
  const { steal, foreign } = disturbed
  return {
    ...common,
    sentence: `${sentence} The machine was disturbed: others used ${formatPercent(foreign)} of its processors and the hypervisor took ${formatPercent(steal)}.`,
    state,
  }
}

function stateOf(passed: boolean, judged: boolean, excused: boolean): OutcomeState {
  if (passed) return judged ? 'passed' : 'shown'
  return excused ? 'inconclusive' : 'failed'
}

/** Exit code of the command: 0 passed, 1 failed, 3 nobody can tell. */
export function exitCodeOf(results: readonly Pick<Result, 'state'>[]): 0 | 1 | 3 {
  const has = (state: OutcomeState) => results.some((result) => result.state === state)
  if (has('failed')) return 1
  return has('inconclusive') ? 3 : 0
}
