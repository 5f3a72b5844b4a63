/**
 * The steps of `action.yml`, which gives them their inputs in variables:
 *
 *   node scripts/action.ts measure   run, and compare where there is a baseline
 *   node scripts/action.ts comment   the report as the one comment of the pull request
 *   node scripts/action.ts gate      whether the job fails
 */
import { processTerminal } from '../bench/cli/terminal.ts'
import { AuthbenchError } from '../src/results/errors.ts'
import { comment } from './action/comment.ts'
import { gate } from './action/gate.ts'
import { measure } from './action/measure.ts'
import type { Say, Variables } from './action/workflow.ts'

const STEPS: Readonly<Record<string, (env: Variables, say: Say) => number | Promise<number>>> = {
  measure,
  comment,
  gate,
}

try {
  const [name = ''] = process.argv.slice(2)
  const step = STEPS[name]
  if (step === undefined)
    throw new AuthbenchError('STEP_UNKNOWN', `unknown step '${name}'`, {
      next: `Use one of ${Object.keys(STEPS).join(', ')}.`,
    })
  process.exitCode = await step(process.env, (text) => void process.stdout.write(text))
} catch (error) {
  processTerminal().reportError(error)
  process.exitCode = error instanceof AuthbenchError ? error.exitCode : 3
}
