// In this folder: the security checklist. Attacks are in `cases/`, forged tokens in `formats/`, and what both need in `harness/`.

import { AssertionError } from 'node:assert/strict'
import { CHECKLIST } from '../../src/checklist/items.ts'
import { type CaseFailure, type ConformanceRow, conformanceRow } from '../../src/checklist/rows.ts'
import { messageOf } from '../../src/results/errors.ts'
import type { ConformanceException } from '../../src/results/strategy-info.ts'
import type { AuthStrategy, Transport } from '../contract.ts'
import type { ConformanceCase } from './case.ts'
import { authServerCases } from './cases/auth-server.ts'
import { cacheCases } from './cases/cache.ts'
import { claimCases } from './cases/claim.ts'
import { cookieCases } from './cases/cookie.ts'
import { credentialCases } from './cases/credential.ts'
import { encryptionCases } from './cases/encryption.ts'
import { failoverCases } from './cases/failover.ts'
import { keyCases } from './cases/key.ts'
import { loadCases } from './cases/load.ts'
import { proofCases } from './cases/proof.ts'
import { refreshCases } from './cases/refresh.ts'
import { revocationCases } from './cases/revocation.ts'
import { rotationCases } from './cases/rotation.ts'
import { sessionCases } from './cases/session.ts'
import { statusListCases } from './cases/status-list.ts'
import { storeCases } from './cases/store.ts'
import { tokenCases } from './cases/token.ts'
import { NotTestable } from './formats/minter.ts'
import { type ConformanceEnvironment, openSubject, type Subject } from './harness/checked-server.ts'
import { environmentPool, type RedisKind } from './harness/environment-pool.ts'
import { canBeStall, type DelayMeter, measureDelay } from './harness/own-delay.ts'
import { type StartTimer, systemTimer, type TimeLimit, timeLimit } from './harness/time-limit.ts'

/** What holds for good credentials first; outages last. */
export const CASES: readonly ConformanceCase[] = [
  ...credentialCases,
  ...tokenCases,
  ...claimCases,
  ...keyCases,
  ...encryptionCases,
  ...proofCases,
  ...cacheCases,
  ...sessionCases,
  ...cookieCases,
  ...refreshCases,
  ...authServerCases,
  ...rotationCases,
  ...revocationCases,
  ...statusListCases,
  ...loadCases,
  ...storeCases,
  ...failoverCases,
]

/** Between two cases of one server: where whole seconds decide, no case sees what the one before it did. */
const PAUSE_SECONDS = 2

/** For all cases of one strategy: many times what the slowest needs. One that hangs must not keep the others waiting. */
export const STRATEGY_LIMIT_MS = 300_000
/**
 * What the machine kept this process, and with it servers and clients, from running in a case: half of the shortest time limit of a
 * strategy. A case that fails beside more for want of an answer, or of one in time, is tried again: that may be the machine's doing.
 */
const DISTURBED_MS = 250
const TRIES = 6
/** The item that a server which cannot be closed is told at. */
const CLOSING = 'A01'
const OUT_OF_TIME = `ran out of time: ${STRATEGY_LIMIT_MS / 1000} s for all cases`

/**
 * Holds one strategy to the whole checklist. Servers are shared by the cases of one transport, and replaced after a case
 * that failed. What is not done by the end of its time has failed.
 * @returns one row for each item, in the order of the checklist; null: aborted
 */
export async function checkStrategy(
  strategy: AuthStrategy,
  environment: ConformanceEnvironment,
  startTimer: StartTimer = systemTimer,
  startMeter: () => DelayMeter = measureDelay,
): Promise<readonly ConformanceRow[] | null> {
  const interrupted = environment.signal
  using limit = timeLimit(STRATEGY_LIMIT_MS, interrupted, startTimer)
  const limited = { ...environment, signal: limit.signal }
  const failures = new Map<string, CaseFailure[]>()
  const notes = new Map<string, string[]>()
  const tried = new Set<string>()
  const untestable = new Set<string>()
  const subjects = new Map<Transport, Subject>()
  const fail = (id: string, failure: CaseFailure) => failures.set(id, [...(failures.get(id) ?? []), failure])
  const close = (subject: Subject | undefined) =>
    limit
      .within(async () => subject?.close())
      .catch((error: unknown) => {
        // What is out of time has failed already.
        if (limit.signal.aborted) return
        tried.add(CLOSING)
        fail(CLOSING, { name: 'does not close', message: messageOf(error), isVerdict: false })
      })
  try {
    for (const conformanceCase of CASES.filter((one) => applies(one, strategy))) {
      if (interrupted.aborted) return null
      const { id, name, transport = 'bearer' } = conformanceCase
      const open = async () => {
        const known = subjects.get(transport)
        if (known !== undefined) return known
        const subject = await openSubject(strategy, limited, { transport })
        // It took longer than anybody waits for it: nobody else will close it.
        if (limit.signal.aborted) await subject.close()
        else subjects.set(transport, subject)
        return subject
      }
      const replace = async () => {
        const broken = subjects.get(transport)
        subjects.delete(transport)
        await close(broken)
      }
      for (let tries = 1, before = ''; ; tries += 1) {
        using meter = startMeter()
        const outcome = await attempt(conformanceCase, limit, open)
        if (outcome === 'not testable') {
          untestable.add(name)
          break
        }
        tried.add(id)
        if (outcome === null) {
          if (tries > 1)
            notes.set(id, [...(notes.get(id) ?? []), `${name}: kept at try ${tries}, after ${before}`])
          break
        }
        await replace()
        const { canBeStall: isWorthAnother, message, isVerdict } = outcome
        const isDisturbed = isWorthAnother && meter.lateMs() >= DISTURBED_MS
        if (tries < TRIES && isDisturbed && !limit.signal.aborted) {
          before = message
          continue
        }
        fail(id, { name, message: tries === 1 ? message : `${message} (at try ${tries})`, isVerdict })
        break
      }
    }
  } finally {
    await Promise.all([...subjects.values()].map(close))
  }
  return interrupted.aborted
    ? null
    : CHECKLIST.map(({ id }) =>
        rowOf(strategy, id, {
          tried,
          untestable,
          failures: failures.get(id) ?? [],
          notes: notes.get(id) ?? [],
        }),
      )
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
  kind: RedisKind = 'server',
): Promise<readonly ConformanceRow[]> {
  const needsRedis = strategies.some(({ needs }) => needs.includes('redis'))
  const pool = await environmentPool({ redis: needsRedis ? kind : null, signal })
  try {
    // All of them, whatever becomes of one: their environments are taken away after it.
    const checked = await Promise.allSettled(
      strategies.map(async (strategy) => {
        const rows = await pool.lend((environment) => checkStrategy(strategy, environment))
        if (rows !== null) onChecked(strategy)
        return rows ?? []
      }),
    )
    return checked.flatMap((outcome) => {
      if (outcome.status === 'rejected') throw outcome.reason
      return outcome.value
    })
  } finally {
    await pool.close()
  }
}

/** A proof belongs to a scheme of the Authorization header: no cookie takes its place. */
const applies = ({ appliesTo, transport }: ConformanceCase, strategy: AuthStrategy): boolean =>
  appliesTo(strategy) && !(transport === 'cookie' && strategy.proof !== undefined)

type Failed = Omit<CaseFailure, 'name'> & { readonly canBeStall: boolean }

async function attempt(
  { run }: ConformanceCase,
  limit: TimeLimit,
  open: () => Promise<Subject>,
): Promise<Failed | 'not testable' | null> {
  const outOfTime = { message: OUT_OF_TIME, isVerdict: false, canBeStall: false }
  if (limit.signal.aborted) return outOfTime
  try {
    await limit.within(async () => {
      const subject = await open()
      await subject.advance(PAUSE_SECONDS)
      await run(subject)
    })
    return null
  } catch (error) {
    if (limit.signal.aborted) return outOfTime
    if (error instanceof NotTestable) return 'not testable'
    return {
      message: messageOf(error),
      isVerdict: error instanceof AssertionError,
      canBeStall: canBeStall(error),
    }
  }
}

function rowOf(
  strategy: AuthStrategy,
  item: string,
  {
    tried,
    untestable,
    failures,
    notes,
  }: {
    readonly tried: ReadonlySet<string>
    readonly untestable: ReadonlySet<string>
    readonly failures: readonly CaseFailure[]
    readonly notes: readonly string[]
  },
): ConformanceRow {
  const exceptions: Readonly<Record<string, ConformanceException>> = strategy.exceptions
  const declared = exceptions[item]
  // What nobody here can try is neither kept nor broken.
  const cases = declared?.cases.filter((name) => !untestable.has(name)) ?? []
  const isMoot = declared !== undefined && cases.length === 0
  if (!tried.has(item) && (declared === undefined || isMoot)) {
    return { strategy: strategy.id, item, outcome: 'not applicable', detail: null }
  }
  const exception = declared && !isMoot ? { ...declared, cases } : undefined
  return conformanceRow(strategy.id, item, failures, exception, notes)
}
