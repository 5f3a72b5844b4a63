import { AssertionError } from 'node:assert/strict'
import { CHECKLIST } from '../src/checklist.ts'
import { type ConformanceRow, conformanceRow } from '../src/conformance.ts'
import { messageOf } from '../src/errors.ts'
import { authServerCases } from './conformance/auth-server-cases.ts'
import { cacheCases } from './conformance/cache-cases.ts'
import type { ConformanceCase } from './conformance/case.ts'
import { claimCases } from './conformance/claim-cases.ts'
import { cookieCases } from './conformance/cookie-cases.ts'
import { credentialCases } from './conformance/credential-cases.ts'
import { encryptionCases } from './conformance/encryption-cases.ts'
import { environmentPool } from './conformance/environment-pool.ts'
import { keyCases } from './conformance/key-cases.ts'
import { loadCases } from './conformance/load-cases.ts'
import { NotTestable } from './conformance/minter.ts'
import { refreshCases } from './conformance/refresh-cases.ts'
import { revocationCases } from './conformance/revocation-cases.ts'
import { sessionCases } from './conformance/session-cases.ts'
import { storeCases } from './conformance/store-cases.ts'
import { type ConformanceEnvironment, openSubject, type Subject } from './conformance/subject.ts'
import { tokenCases } from './conformance/token-cases.ts'
import type { AuthStrategy, Transport } from './contract.ts'

/** What holds for good credentials first; outages last. */
const CASES: readonly ConformanceCase[] = [
  ...credentialCases,
  ...tokenCases,
  ...claimCases,
  ...keyCases,
  ...encryptionCases,
  ...cacheCases,
  ...sessionCases,
  ...cookieCases,
  ...refreshCases,
  ...authServerCases,
  ...revocationCases,
  ...loadCases,
  ...storeCases,
]

/** Between two cases of one server: where whole seconds decide, no case sees what the one before it did. */
const PAUSE_SECONDS = 2

/**
 * Holds one strategy to the whole checklist. Servers are shared by the cases of one transport, and replaced after a case
 * that failed.
 * @returns one row for each item, in the order of the checklist; null: aborted
 */
export async function checkStrategy(
  strategy: AuthStrategy,
  environment: ConformanceEnvironment,
): Promise<readonly ConformanceRow[] | null> {
  const { signal } = environment
  const failures = new Map<string, Failure[]>()
  const tried = new Set<string>()
  const subjects = new Map<Transport, Subject>()
  try {
    for (const conformanceCase of CASES.filter((one) => one.appliesTo(strategy))) {
      if (signal.aborted) return null
      const { id, transport = 'bearer' } = conformanceCase
      const failure = await attempt(conformanceCase, async () => {
        const subject = subjects.get(transport) ?? (await openSubject(strategy, environment, { transport }))
        subjects.set(transport, subject)
        return subject
      })
      if (failure === 'not testable') continue
      tried.add(id)
      if (failure === null) continue
      failures.set(id, [...(failures.get(id) ?? []), failure])
      await subjects.get(transport)?.close()
      subjects.delete(transport)
    }
  } finally {
    await Promise.all([...subjects.values()].map((subject) => subject.close()))
  }
  return signal.aborted ? null : CHECKLIST.map(({ id }) => rowOf(strategy, id, tried, failures.get(id) ?? []))
}

/**
 * Holds each of them to the checklist, several at a time.
 * @param onChecked in the order in which they end
 * @returns the rows in the order of the strategies; without those that an abort cut short
 * @throws AuthbenchError `REDIS_MISSING`
 */
export async function checkStrategies(
  strategies: readonly AuthStrategy[],
  signal: AbortSignal,
  onChecked: (strategy: AuthStrategy) => void = () => {},
): Promise<readonly ConformanceRow[]> {
  const withRedis = strategies.some(({ needs }) => needs.includes('redis'))
  const pool = await environmentPool({ withRedis, signal })
  try {
    const checked = await Promise.all(
      strategies.map(async (strategy) => {
        const rows = await pool.lend((environment) => checkStrategy(strategy, environment))
        if (rows !== null) onChecked(strategy)
        return rows ?? []
      }),
    )
    return checked.flat()
  } finally {
    await pool.close()
  }
}

interface Failure {
  readonly text: string
  /** The server broke the promise; otherwise the case itself did not get to its end. */
  readonly isVerdict: boolean
}

async function attempt(
  { name, run }: ConformanceCase,
  open: () => Promise<Subject>,
): Promise<Failure | 'not testable' | null> {
  try {
    const subject = await open()
    await subject.advance(PAUSE_SECONDS)
    await run(subject)
    return null
  } catch (error) {
    if (error instanceof NotTestable) return 'not testable'
    return { text: `${name}: ${messageOf(error)}`, isVerdict: error instanceof AssertionError }
  }
}

function rowOf(
  strategy: AuthStrategy,
  item: string,
  tried: ReadonlySet<string>,
  failures: readonly Failure[],
): ConformanceRow {
  const exceptions: Readonly<Record<string, string>> = strategy.exceptions
  const exception = exceptions[item]
  if (!tried.has(item) && exception === undefined) {
    return { strategy: strategy.id, item, outcome: 'not applicable', detail: null }
  }
  // A declared weakness excuses a broken promise, and nothing else.
  const excuse = failures.every(({ isVerdict }) => isVerdict) ? exception : undefined
  return conformanceRow(
    strategy.id,
    item,
    failures.map(({ text }) => text),
    excuse,
  )
}
