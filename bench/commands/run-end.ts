import type { Gate } from '../../src/gates/gate.ts'
import { gateExitCode } from '../../src/gates/verdict.ts'
import { AuthbenchError } from '../../src/results/errors.ts'
import type { Results } from '../../src/results/results.ts'
import type { Terminal } from '../cli/terminal.ts'
import type { RunOutcome } from '../run/runner.ts'

const EXIT_CODES = { ok: 0, unjudged: 0, partial: 3, invalid: 3, inconclusive: 3 } as const
export const INTERRUPTED = 130

/** A gate that the user named and that nothing in the run can be held to is open. */
export function exitCodeOf(
  { validity, changes, config, experiments = [] }: Results,
  named: readonly Gate[],
  terminal: Terminal,
): number {
  const broken = experiments.some((experiment) => (experiment.broken ?? []).length > 0)
  if (!config.against) return broken ? 1 : EXIT_CODES[validity.verdict]
  const idle = named.filter(({ metric }) =>
    changes.every((change) => change.metric !== metric || !change.gating),
  )
  for (const { metric } of idle) {
    terminal.stderr.write(
      `The gate on ${metric} was not judged: no strategy has a value of it in both checkouts.\n`,
    )
  }
  const code = gateExitCode(changes, validity.verdict)
  if (code === 0 && broken) return 1
  return code === 0 && idle.length > 0 ? 3 : code
}

export function interrupted({ stderr }: Terminal): number {
  stderr.write('Interrupted before anything was measured.\n')
  return INTERRUPTED
}

/** What fails because the user ends the run did not fail. */
export async function unlessInterrupted<Value>(
  signal: AbortSignal,
  work: () => Promise<Value>,
): Promise<Value | 'interrupted'> {
  try {
    return await work()
  } catch (error) {
    if (signal.aborted) return 'interrupted'
    throw error
  }
}

export function endWithoutCells(
  outcome: Pick<RunOutcome, 'fatal'>,
  signal: AbortSignal,
  terminal: Terminal,
): number {
  if (signal.aborted) return interrupted(terminal)
  throw (
    outcome.fatal ??
    new AuthbenchError('NOTHING_MEASURED', 'no cell could be measured', {
      next: 'Run one strategy alone to see why: `authbench run --profile smoke --strategies ID`.',
      exitCode: 3,
    })
  )
}
