import { refusalOf } from '../../src/advice/facts/refusal.ts'
import { capacityOf } from '../../src/capacity/capacity.ts'
import { readInputs } from '../../src/capacity/inputs.ts'
import { capacitySections } from '../../src/report/terminal/capacity.ts'
import { terminalOfSections } from '../../src/report/terminal/terminal.ts'
import { AuthbenchError } from '../../src/results/errors.ts'
import type { Terminal } from '../cli/terminal.ts'
import { chosenRun, runText } from '../store/chosen-run.ts'

export interface CapacityFlags {
  readonly requests?: string
  readonly users?: string
  readonly ttl?: string
  readonly regions?: string
  readonly utilisation?: string
  readonly run?: string
  readonly json?: boolean
}

const SCHEMA = 'authbench/capacity@1'

/**
 * A load in, what it needs with each strategy out.
 * @returns the exit code
 * @throws AuthbenchError OPTIONS_INVALID, RESULTS_*, CAPACITY_*
 */
export function capacity(flags: CapacityFlags, { stdout, color }: Terminal): number {
  const { inputs, given, problems } = readInputs({
    requestsPerSecond: flags.requests,
    users: flags.users,
    ttlSeconds: flags.ttl,
    regions: flags.regions,
    utilisation: flags.utilisation,
  })
  if (inputs === null) {
    throw new AuthbenchError('OPTIONS_INVALID', problems.join('\n'), {
      next: '`authbench capacity --help` shows the options and how they are written.',
    })
  }
  const chosen = chosenRun(flags.run)
  const refusal = refusalOf(chosen.results, 'says nothing of a load')
  if (refusal !== null)
    throw new AuthbenchError(`CAPACITY_${refusal.code}`, refusal.message, { next: refusal.next, exitCode: 3 })
  const needs = capacityOf(chosen.results, inputs)
  stdout.write(
    flags.json === true
      ? `${JSON.stringify({ schema: SCHEMA, run: chosen.results.run.id, thisMachine: chosen.own, inputs, needs }, null, 2)}\n`
      : terminalOfSections(
          capacitySections({
            inputs,
            given,
            needs,
            origin: runText(chosen),
            world: chosen.results.config.world,
          }),
          { color },
        ),
  )
  return 0
}
