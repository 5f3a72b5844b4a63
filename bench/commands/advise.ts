import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { advise as adviceOn, PARTS } from '../../src/advice/advise.ts'
import { factsOf } from '../../src/advice/facts/facts.ts'
import { refusalOf } from '../../src/advice/facts/refusal.ts'
import { readWishes, type Wishes } from '../../src/advice/wishes.ts'
import { adviceScreen } from '../../src/report/terminal/advice.ts'
import { ansiPaint, plainPaint } from '../../src/report/terminal/paint.ts'
import { AuthbenchError } from '../../src/results/errors.ts'
import type { Results } from '../../src/results/results.ts'
import { formatCount, formatInstant } from '../../src/units.ts'
import type { Terminal } from '../cli/terminal.ts'
import { readResults } from '../store/results-folder.ts'

export interface AdviseFlags {
  readonly revokeWithin?: string
  readonly redisRtt?: string
  readonly users?: string
  readonly requestsPerUser?: string
  readonly services?: string
  readonly roles?: string
  readonly handler?: string
  readonly withoutStore?: boolean
  readonly transport?: string
  readonly run?: string
  readonly json?: boolean
}

const SCHEMA = 'authbench/advice@1'
const LATEST = 'results/latest'
/** In a clone; a package has none. */
const REFERENCE = fileURLToPath(new URL('../../results/reference', import.meta.url))

/** @throws AuthbenchError OPTIONS_INVALID */
function wishesOf(flags: AdviseFlags): Wishes {
  const { wishes, problems } = readWishes({
    'revoke-within': flags.revokeWithin,
    'redis-rtt': flags.redisRtt,
    users: flags.users,
    'requests-per-user': flags.requestsPerUser,
    services: flags.services,
    roles: flags.roles,
    handler: flags.handler,
    'without-store': flags.withoutStore === true ? 'yes' : undefined,
    transport: flags.transport,
  })
  if (problems.length > 0) {
    throw new AuthbenchError(
      'OPTIONS_INVALID',
      problems.map(({ wish, text }) => `--${wish}: ${text}`).join('\n'),
      { next: '`authbench advise --help` shows the wishes and how they are written.' },
    )
  }
  return wishes
}

interface Origin {
  readonly folder: string
  /** False: of another machine, because there is no run of this one. */
  readonly own: boolean
}

/**
 * The run that is named, else the newest of this machine, else the published one.
 * @throws AuthbenchError RESULTS_MISSING
 */
function originOf(run: string | undefined): Origin {
  if (run !== undefined) return { folder: run, own: true }
  const isThere = (folder: string) => existsSync(join(folder, 'results.json'))
  if (isThere(LATEST)) return { folder: LATEST, own: true }
  if (isThere(REFERENCE)) return { folder: REFERENCE, own: false }
  throw new AuthbenchError('RESULTS_MISSING', `there is no run in ${LATEST} to advise from`, {
    next: '`authbench run` makes one; or name the folder of another with --run.',
  })
}

function originText({ run, environment, config, validity }: Results, { own }: Origin): string {
  const { cpu, cores } = environment
  return (
    `${run.id}: ${validity.verdict === 'ok' ? 'valid' : validity.verdict}, ${formatCount(config.rounds, 'round')}, ${formatInstant(run.startedAt)}, ${formatCount(cores, 'core')} of ${cpu}.` +
    (own ? '' : ' NOT THIS MACHINE: there is no results/latest; `authbench run` makes one.')
  )
}

/**
 * Wishes in, the strategies that meet them and are outdone by none out.
 * @returns the exit code
 * @throws AuthbenchError OPTIONS_INVALID, RESULTS_*, ADVICE_*
 */
export function advise(flags: AdviseFlags, { stdout, color }: Terminal): number {
  const wishes = wishesOf(flags)
  const origin = originOf(flags.run)
  const results = readResults(origin.folder)
  const refusal = refusalOf(results)
  if (refusal !== null)
    throw new AuthbenchError(refusal.code, refusal.message, { next: refusal.next, exitCode: 3 })
  const advice = adviceOn(factsOf(results), wishes, PARTS)
  stdout.write(
    flags.json === true
      ? `${JSON.stringify({ schema: SCHEMA, run: results.run.id, thisMachine: origin.own, wishes, ...advice }, null, 2)}\n`
      : adviceScreen({ advice, wishes, origin: originText(results, origin) }, color ? ansiPaint : plainPaint),
  )
  return 0
}
