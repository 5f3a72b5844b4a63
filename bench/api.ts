/** What the package exports: types for a strategy of your own, a run from code, and the schema of its results. */
import type { Options } from '../src/plan/config.ts'
import { type Results, resultsSchema } from '../src/results/results.ts'
import { terminalOn } from './cli/terminal.ts'
import { run as runCommand } from './commands/run.ts'

export type {
  Authenticator,
  AuthStrategy,
  Identity,
  KeyMaterial,
  KeyValueStore,
  StrategyDeps,
} from '../servers/contract.ts'
export { StoreUnavailableError } from '../servers/contract.ts'
export type { Cell } from '../src/results/cell.ts'
export { cellSchema } from '../src/results/cell.ts'
export { AuthbenchError } from '../src/results/errors.ts'
export type { StrategyInfo } from '../src/results/strategy-info.ts'
export { type Options, type Results, resultsSchema }

export interface RunEnd {
  /** As `authbench run` ends: 0 ok, 1 failed expectation or regression, 3 invalid or inconclusive, 130 interrupted. */
  readonly exitCode: number
  /** Null where the run was interrupted before anything was measured. */
  readonly results: Results | null
}

/**
 * Measures like `authbench run`, and writes the same folder. Signals of the process end it early; what was measured is kept.
 * @param options those of the command line, in camel case
 * @param say gets the progress, line by line; nothing is printed otherwise
 * @throws AuthbenchError with the code of what is wrong
 */
export async function run(options: Options, say: (text: string) => void = () => {}): Promise<RunEnd> {
  let printed = ''
  const stdout = {
    write(text: string) {
      printed += text
    },
  }
  const exitCode = await runCommand({ ...options, json: true }, terminalOn(stdout, { write: say }, {}))
  return { exitCode, results: printed === '' ? null : resultsSchema.parse(JSON.parse(printed)) }
}
