import type { TokenProfile } from '../../servers/contract.ts'
import { AuthbenchError } from '../../src/results/errors.ts'
import { differenceOf } from '../../src/results/micro.ts'
import type { Results } from '../../src/results/results.ts'
import type { Terminal } from '../cli/terminal.ts'
import { detectPinning } from '../machine/pinning.ts'
import { describeEnvironment } from '../store/environment.ts'
import { readResults } from '../store/results-folder.ts'
import { claimsInput } from '../subjects/inputs.ts'

const LATEST = 'results/latest'

/** The stored run that the operations are to explain. */
export interface Explained {
  readonly folder: string
  readonly results: Results
}

interface Wanted {
  readonly tasks?: readonly string[] | undefined
  readonly with?: string | undefined
  readonly out?: string | undefined
}

/**
 * Named with `--with`, or the latest where everything is measured and both belong together.
 * @throws AuthbenchError RESULTS_*, MICRO_NOT_COMPARABLE
 */
export function explainedRun(
  flags: Wanted,
  extraClaims: readonly string[],
  token: TokenProfile,
  terminal: Terminal,
): Explained | null {
  const byDefault = flags.with === undefined
  if (byDefault && (flags.tasks !== undefined || flags.out !== undefined)) return null
  const folder = flags.with ?? LATEST
  const results = byDefault ? latestResults() : readResults(folder)
  if (results === null) return null
  const difference = differenceOf(
    {
      environment: describeEnvironment(detectPinning(null), null),
      extraClaims,
      inputs: [claimsInput(token)],
    },
    { environment: results.environment, extraClaims: results.config.extraClaims, inputs: results.inputs },
  )
  if (difference === null) return { folder, results }
  if (byDefault) {
    terminal.stderr.write(`Not added to ${LATEST}: what is measured now has ${difference}.\n`)
    return null
  }
  throw new AuthbenchError(
    'MICRO_NOT_COMPARABLE',
    `${folder}: what would be measured now has ${difference}`,
    {
      next: 'Name a run of this machine and these versions, or leave out --with.',
    },
  )
}

function latestResults(): Results | null {
  try {
    return readResults(LATEST)
  } catch (error) {
    if (error instanceof AuthbenchError) return null
    throw error
  }
}
