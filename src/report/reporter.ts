import type { Results } from '../results/results.ts'
import type { FormatId } from './formats.ts'

export interface RenderOptions {
  /** Escape sequences for a terminal; off unless asked for. */
  readonly color?: boolean
  /** Width of the terminal; 100 unless told, never less than 60. */
  readonly columns?: number
  /** On a terminal: the whole report instead of its first screen. */
  readonly details?: boolean
  /** On a terminal: this section alone. */
  readonly section?: string
}

export interface Reporter {
  readonly id: FormatId
  /** Name in the run's folder; null: only written when it is asked for. */
  readonly file: string | null
  /** Whoever reads it keeps its numbers, and it has no place to say that they cannot be trusted. */
  readonly isBlind?: true
  render(results: Results, options: RenderOptions): string
}
