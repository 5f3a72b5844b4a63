import { CPU_RATIO } from '../experiments/scale-out/linearity.ts'
import type { Estimate, Results } from '../results/results.ts'

/** Server CPU of a request with so many instances, in per cent of that with one. */
export interface Scaling {
  readonly instances: number
  /** Fewer cores than instances: they took turns. */
  readonly tookTurns: boolean
  readonly percentOfOne: Estimate
}

/** What the run measured of it, fewest instances first; none: that it stays the same is assumed. */
export const scalingOf = ({ experiments = [] }: Results, strategy: string): readonly Scaling[] =>
  experiments
    .flatMap(({ figures }) => figures)
    .flatMap(({ id, subject, params: { instances, cores }, estimate }) =>
      id === CPU_RATIO && subject === strategy && typeof instances === 'number'
        ? [{ instances, tookTurns: Number(cores) < instances, percentOfOne: estimate }]
        : [],
    )
    .toSorted((a, b) => a.instances - b.instances)

/** Cores do not grow in proportion: shown, and not by instances that shared a core, which costs by itself. */
export const isOutOfProportion = (scaling: Scaling): boolean => !scaling.tookTurns && isDifferent(scaling)

/** The whole interval is on one side: a request takes more, or less, than with one instance. */
export const isDifferent = ({ percentOfOne: { low, high } }: Scaling): boolean =>
  low !== null && high !== null && (low > 100 || high < 100)
