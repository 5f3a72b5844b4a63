import { z } from 'zod'
import type { ConformanceException } from '../results/strategy-info.ts'
import { CHECKLIST } from './items.ts'

/**
 * - `expected failure`: it fails every case of the item that the strategy declares among its exceptions, and no other
 * - `unexpected pass`: it declares a case and keeps it all the same; the declaration is wrong
 * - `not applicable`: no case of the item fits what the strategy declares, or none can be tried without its keys
 */
const conformanceOutcomeSchema = z.enum([
  'pass',
  'expected failure',
  'unexpected failure',
  'unexpected pass',
  'not applicable',
])
export type ConformanceOutcome = z.infer<typeof conformanceOutcomeSchema>

/** One strategy, or one foreign server, held to one item of the checklist. */
export const conformanceRowSchema = z.object({
  /** Id of the strategy, or the address of the server. */
  strategy: z.string(),
  /** Id of the item: `CHECKLIST` has its text. */
  item: z.string(),
  outcome: conformanceOutcomeSchema,
  /** The declared reason of an expected failure, what broke in an unexpected one, what held only when tried again; null otherwise. */
  detail: z.string().nullable(),
})
export type ConformanceRow = z.infer<typeof conformanceRowSchema>

/** One character for each outcome, for tables that have no room for words. */
export const OUTCOME_MARKS: Readonly<Record<ConformanceOutcome, string>> = {
  pass: '✓',
  'expected failure': 'e',
  'unexpected failure': '✗',
  'unexpected pass': '!',
  'not applicable': '·',
}

export interface ConformanceMatrix {
  /** Ids, in the order of the checklist; items that no row mentions are left out. */
  readonly items: readonly string[]
  readonly strategies: readonly {
    readonly strategy: string
    /** One for each item, in the same order. */
    readonly outcomes: readonly ConformanceOutcome[]
  }[]
}

/** Strategies in the order of their first rows. A pair without a row is not applicable. */
export function conformanceMatrix(rows: readonly ConformanceRow[]): ConformanceMatrix {
  const mentioned = new Set(rows.map(({ item }) => item))
  const items = CHECKLIST.map(({ id }) => id).filter((id) => mentioned.has(id))
  const byStrategy = Map.groupBy(rows, ({ strategy }) => strategy)
  return {
    items,
    strategies: [...byStrategy].map(([strategy, own]) => {
      const outcomes = new Map(own.map(({ item, outcome }) => [item, outcome]))
      return { strategy, outcomes: items.map((item) => outcomes.get(item) ?? 'not applicable') }
    }),
  }
}

/** How many rows came out in each way. */
export function conformanceCounts(
  rows: readonly ConformanceRow[],
): Readonly<Record<ConformanceOutcome, number>> {
  const counts = Object.fromEntries(conformanceOutcomeSchema.options.map((outcome) => [outcome, 0]))
  for (const { outcome } of rows) counts[outcome] = (counts[outcome] ?? 0) + 1
  return counts as Record<ConformanceOutcome, number>
}

/** Whether the row says that something has to be mended: the code, or the declaration. */
export function isUnexpected({ outcome }: ConformanceRow): boolean {
  return outcome === 'unexpected failure' || outcome === 'unexpected pass'
}

/** One case of an item that did not come out right. */
export interface CaseFailure {
  readonly name: string
  readonly message: string
  /** The server broke the promise; otherwise the case itself did not get to its end, which no exception excuses. */
  readonly isVerdict: boolean
}

/**
 * The verdict on one item.
 * @param exception what the strategy declares for it; `undefined`: nothing
 * @param notes what held only when it was tried again
 */
export function conformanceRow(
  strategy: string,
  item: string,
  failures: readonly CaseFailure[],
  exception: ConformanceException | undefined,
  notes: readonly string[] = [],
): ConformanceRow {
  const excused = exception?.cases ?? []
  const broken = failures.filter(({ name, isVerdict }) => !isVerdict || !excused.includes(name))
  if (broken.length > 0) {
    const detail = broken.map(({ name, message }) => `${name}: ${message}`).join('; ')
    return { strategy, item, outcome: 'unexpected failure', detail }
  }
  if (exception === undefined) {
    return { strategy, item, outcome: 'pass', detail: notes.length === 0 ? null : notes.join('; ') }
  }
  const kept = excused.filter((excuse) => failures.every(({ name }) => name !== excuse))
  if (kept.length === 0) return { strategy, item, outcome: 'expected failure', detail: exception.reason }
  const detail = `declared as an exception, and kept: ${kept.join('; ')}`
  return { strategy, item, outcome: 'unexpected pass', detail }
}
