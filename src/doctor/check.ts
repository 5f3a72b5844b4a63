import type { Facts } from './facts.ts'

/**
 * - `warn`: numbers are right, and worse than they could be, or some are missing
 * - `bad`: nothing can be measured, or what is measured will be invalid
 * - `unknown`: the system does not tell
 */
export type DoctorState = 'ok' | 'warn' | 'bad' | 'unknown'

export interface Diagnosis {
  readonly state: DoctorState
  /** What is seen, and what it does to a measurement. */
  readonly says: string
  /** What to change; null where nothing is to be changed. */
  readonly next: string | null
}

export interface DoctorCheck {
  readonly id: string
  readonly title: string
  /** Null: not looked at. */
  check(facts: Facts): Diagnosis | null
}

export const fine = (says: string): Diagnosis => ({ state: 'ok', says, next: null })
export const unknown = (says: string, next: string | null = null): Diagnosis => ({
  state: 'unknown',
  says,
  next,
})
export const warn = (says: string, next: string): Diagnosis => ({ state: 'warn', says, next })
export const bad = (says: string, next: string): Diagnosis => ({ state: 'bad', says, next })

/** A quantity of which there has to be enough. */
export function enough(
  value: number,
  limits: { readonly warn: number; readonly bad: number },
  says: string,
  next: string,
): Diagnosis {
  return value < limits.bad ? bad(says, next) : value < limits.warn ? warn(says, next) : fine(says)
}
