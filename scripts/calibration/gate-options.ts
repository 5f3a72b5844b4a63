import { parseArgs } from 'node:util'
import { z } from 'zod'
import { isStrategyId } from '../../servers/registry.ts'
import { AuthbenchError, messageOf } from '../../src/results/errors.ts'
import { LEAST_BYTES } from './heavier.ts'

const optionsSchema = z.object({
  out: z.string({ error: 'name the folder of the runs' }).min(1),
  runs: z.coerce.number().int().min(1).max(1000),
  strategy: z.string().refine(isStrategyId, { error: 'there is no such strategy' }),
  bytes: z.coerce.number().int().min(LEAST_BYTES).max(1_000_000).multipleOf(8),
})
export type GateOptions = z.infer<typeof optionsSchema>

const invalid = (message: string, cause: unknown) =>
  new AuthbenchError('OPTIONS_INVALID', message, {
    next: 'For example: node scripts/calibrate-gate.ts --runs 20 --strategy jwt-hs256-fast --bytes 104 --out FOLDER',
    cause,
  })

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        runs: { type: 'string', default: '20' },
        strategy: { type: 'string', default: 'jwt-hs256-fast' },
        // One per cent of what jwt-hs256-fast allocates.
        bytes: { type: 'string', default: '104' },
        out: { type: 'string' },
      },
    }).values
  } catch (error) {
    throw invalid(messageOf(error), error)
  }
}

/** @throws AuthbenchError OPTIONS_INVALID */
export function gateOptions(args: readonly string[]): GateOptions {
  const checked = optionsSchema.safeParse(parsed(args))
  if (checked.success) return checked.data
  const problems = checked.error.issues.map(({ path, message }) => `--${path.join('.')}: ${message}`)
  throw invalid(problems.join('\n'), checked.error)
}
