import type { VarianceComponents } from './variance-components.ts'

export interface WindowCosts {
  /** Starting and warming up one process, in the unit of `window`. */
  readonly process: number
  /** One window in a process that is warm. */
  readonly window: number
}

/**
 * Windows to measure in each process for the narrowest interval in a given time. More than that repeats what the process
 * already said; fewer pays for processes to learn what windows would tell. A whole number from 1 to `most`, which is the answer
 * where processes do not differ at all.
 * Source: Kalibera, Jones, "Rigorous benchmarking in reasonable time", ISMM 2013; `optimalreps` of their libkalibera.
 */
export function windowsPerProcess(
  { within, between }: VarianceComponents,
  costs: WindowCosts,
  most: number,
): number {
  if (within === 0 || costs.process === 0) return 1
  const best = Math.ceil(Math.sqrt((costs.process / costs.window) * (within / between)))
  return Math.min(Math.max(1, best), most)
}
