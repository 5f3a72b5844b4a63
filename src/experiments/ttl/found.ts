// In this folder: how long an access token lives: the model, what was found, and what is shown of both.

import type { Estimate } from '../../results/results.ts'
import type { StrategyInfo } from '../../results/strategy-info.ts'
import { medianEstimate } from '../../stats/order-statistic.ts'
import { lifeOfShare, refreshShare } from './model.ts'
import type { TtlObservation, TtlObservationOf } from './observation.ts'

/** So much of it counts as small: a twentieth of requests that do nothing but identify a user, less of those that work. */
export const SMALL_SHARE = 0.05
export const MINUTE = 60

/** An estimate through a function that only rises. */
const mapped = ({ value, low, high, rounds }: Estimate, through: (value: number) => number): Estimate => ({
  value: through(value),
  low: low === null ? null : through(low),
  high: high === null ? null : through(high),
  rounds,
})

/** What refreshing costs with one strategy. */
export interface Priced {
  readonly info: StrategyInfo
  readonly refreshUs: Estimate
  readonly verifiedUs: Estimate
  /** Of one and the same process. */
  readonly ratio: Estimate
  /** The same, beside requests whose handler takes so many microseconds. */
  ratioBeside(handlerUs: number): Estimate
}

export const shareOf = ({ ratio }: Priced, lifeSeconds: number, requestsPerHour: number): Estimate =>
  mapped(ratio, (value) => 100 * refreshShare(value, lifeSeconds, requestsPerHour))

/** In minutes. */
export const breakEvenOf = (
  { ratioBeside }: Priced,
  requestsPerHour: number,
  handlerUs: number = 0,
): Estimate =>
  mapped(ratioBeside(handlerUs), (value) => lifeOfShare(value, SMALL_SHARE, requestsPerHour) / MINUTE)

export function pricedOf(
  costs: readonly TtlObservationOf<'cost'>[],
  strategies: readonly StrategyInfo[],
): readonly Priced[] {
  return strategies.flatMap((info) => {
    const own = costs.filter(({ strategy }) => strategy === info.id)
    if (own.length === 0) return []
    const ratioBeside = (handlerUs: number) =>
      medianEstimate(own.map(({ refreshUs, verifiedUs }) => refreshUs / (verifiedUs + handlerUs)))
    return [
      {
        info,
        refreshUs: medianEstimate(own.map(({ refreshUs }) => refreshUs)),
        verifiedUs: medianEstimate(own.map(({ verifiedUs }) => verifiedUs)),
        ratio: ratioBeside(0),
        ratioBeside,
      },
    ]
  })
}

/** Counted and modelled, of one strategy and one life. */
export interface Checked {
  readonly info: StrategyInfo
  readonly lifeSeconds: number
  readonly refreshes: number
  readonly predicted: number
  /** Seconds from a logout to the refusal of the access token, each. */
  readonly accepted: readonly number[]
}

export function checkedOf(
  observations: readonly TtlObservation[],
  strategies: readonly StrategyInfo[],
): readonly Checked[] {
  return strategies.flatMap((info) => {
    const own = observations.filter((each) => each.kind !== 'herd' && each.strategy === info.id)
    const uses = own.filter((each) => each.kind === 'use')
    return uses.map(({ lifeSeconds, gapSeconds, users, usedSeconds, refreshes }) => ({
      info,
      lifeSeconds,
      refreshes,
      predicted: (users * usedSeconds) / (lifeSeconds + gapSeconds),
      accepted: own.flatMap((each) =>
        each.kind === 'logout' && each.lifeSeconds === lifeSeconds ? [each.acceptedSeconds] : [],
      ),
    }))
  })
}

export const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length

/** The one whose refresh is the dearest beside its requests: no other has a larger share. */
export const dearestOf = (priced: readonly Priced[]): Priced | null =>
  priced.toSorted((one, other) => other.ratio.value - one.ratio.value)[0] ?? null
