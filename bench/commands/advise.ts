import { advise as adviceOn, PARTS } from '../../src/advice/advise.ts'
import { factsOf } from '../../src/advice/facts/facts.ts'
import { refusalOf } from '../../src/advice/facts/refusal.ts'
import { readWishes, type Wishes } from '../../src/advice/wishes.ts'
import { adviceScreen } from '../../src/report/terminal/advice.ts'
import { ansiPaint, plainPaint } from '../../src/report/terminal/paint.ts'
import { AuthbenchError } from '../../src/results/errors.ts'
import type { Terminal } from '../cli/terminal.ts'
import { chosenRun, runText } from '../store/chosen-run.ts'

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

/**
 * Wishes in, the strategies that meet them and are outdone by none out.
 * @returns the exit code
 * @throws AuthbenchError OPTIONS_INVALID, RESULTS_*, ADVICE_*
 */
export function advise(flags: AdviseFlags, { stdout, color }: Terminal): number {
  const wishes = wishesOf(flags)
  const chosen = chosenRun(flags.run)
  const { results, own } = chosen
  const refusal = refusalOf(results)
  if (refusal !== null)
    throw new AuthbenchError(`ADVICE_${refusal.code}`, refusal.message, { next: refusal.next, exitCode: 3 })
  const advice = adviceOn(factsOf(results), wishes, PARTS)
  stdout.write(
    flags.json === true
      ? `${JSON.stringify({ schema: SCHEMA, run: results.run.id, thisMachine: own, wishes, ...advice }, null, 2)}\n`
      : adviceScreen({ advice, wishes, origin: runText(chosen) }, color ? ansiPaint : plainPaint),
  )
  return 0
}
