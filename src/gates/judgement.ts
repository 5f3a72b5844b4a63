import { noiseFactor } from '../analysis/comparison.ts'
import type { Change, ChangeVerdict } from '../results/change.ts'
import type { Estimate } from '../results/estimate.ts'
import { MINIMUM_ROUNDS } from '../results/minimum-rounds.ts'
import type { MetricInfo } from '../results/results.ts'
import type { Pair } from '../stats/paired.ts'
import { formatChange, formatCount, formatNumber, formatQuantity } from '../units.ts'

/** Both sides of one metric of one strategy at one point. */
export interface Sides {
  readonly metric: MetricInfo
  readonly base: readonly number[]
  readonly head: readonly number[]
  /** By round number; own: head, other: base. */
  readonly common: readonly Pair[]
  readonly paired: boolean
  readonly limit: number | null
  readonly confidence: number
}

export type Judgement = Pick<Change, 'verdict' | 'why'>

const judged = (verdict: ChangeVerdict, why: string): Judgement => ({ verdict, why })

export const limitText = (limit: number): string => `${formatNumber(limit * 100)} %`

/** A ratio head / base, turned so that more than 1 is worse. */
export function worsening({ better }: Pick<MetricInfo, 'better'>, ratio: Estimate): Estimate {
  if (better === 'lower') return ratio
  return {
    value: 1 / ratio.value,
    low: ratio.high === null ? null : 1 / ratio.high,
    high: ratio.low === null ? null : 1 / ratio.low,
    rounds: ratio.rounds,
  }
}

const isWorse = ({ better }: MetricInfo, { own, other }: Pair) =>
  better === 'lower' ? own > other : own < other

/** Beyond the limit to the worse, to the better, or neither. */
function sideOf(metric: MetricInfo, pair: Pair, limit: number): 'worse' | 'better' | 'within' {
  const [less, more] = pair.own < pair.other ? [pair.own, pair.other] : [pair.other, pair.own]
  if (more <= less * (1 + limit)) return 'within'
  return isWorse(metric, pair) ? 'worse' : 'better'
}

/** `812 B`, or `286 B/req to 287 B/req` where rounds differ. */
function spanText(values: readonly number[], unit: string): string {
  const [least, most] = [Math.min(...values), Math.max(...values)]
  return least === most
    ? formatQuantity(least, unit)
    : `${formatQuantity(least, unit)} to ${formatQuantity(most, unit)}`
}

const inAll = (rounds: number): string =>
  rounds === 1 ? 'in 1 round' : `in all ${formatCount(rounds, 'round')}`

/**
 * A counted metric: the same in every round, or not. Rounds are matched by number even between two runs, because what a round is
 * called is part of the keys that it counts.
 */
export function judgeExact({ metric, common, limit }: Sides): Judgement {
  if (limit === null) return judged('inconclusive', 'not judged: no limit is set')
  if (common.length === 0) return judged('inconclusive', 'not judged: no round in common')
  const rounds = inAll(common.length)
  const head = common.map(({ own }) => own)
  const base = common.map(({ other }) => other)
  const moved = `${spanText(base, metric.unit)} became ${spanText(head, metric.unit)}`
  if (common.every(({ own, other }) => own === other))
    return judged('pass', `${spanText(head, metric.unit)}, equal ${rounds}`)
  const sides = new Set(common.map((pair) => sideOf(metric, pair, limit)))
  if (sides.size > 1 && (limit === 0 || sides.has('worse')))
    return judged('regression', `${moved}: the difference changes from round to round`)
  if (sides.has('worse')) return judged('regression', `${moved} ${rounds}`)
  if (sides.has('within')) return judged('pass', `${moved}, nowhere worse by more than ${limitText(limit)}`)
  return judged('improvement', `${moved} ${rounds}`)
}

/** Zero has no ratio: nothing on both sides is equal, something instead of nothing is a change at any limit. */
function judgeZeros({ metric, base, head }: Sides): Judgement | null {
  if (![...base, ...head].includes(0)) return null
  const isZero = (values: readonly number[]) => values.every((value) => value === 0)
  if (isZero(base) && isZero(head)) return judged('pass', 'zero on both sides')
  const moved = `${spanText(base, metric.unit)} became ${spanText(head, metric.unit)}`
  if ((isZero(base) && !head.includes(0)) || (isZero(head) && !base.includes(0))) {
    const worse = isZero(base) === (metric.better === 'lower')
    return judged(worse ? 'regression' : 'improvement', `${moved} in every round`)
  }
  return judged('inconclusive', `not judged: zero in some rounds only (${moved})`)
}

/**
 * Two copies of the same code must look equivalent within the limit, or a change of that size cannot be told from noise. The
 * whole A/A interval is asked for; that it contains 1 is not, which fails one sound run in twenty. Of several points of a run the noisiest
 * counts.
 */
function noiseObjection(noise: Estimate, limit: number): string | null {
  const factor = noiseFactor(noise)
  if (factor !== null && factor < 1 + limit) return null
  return `two copies of the same code differed by ${formatChange(noise)} here, so a change of ${limitText(limit)} cannot be told from noise`
}

function roundsText({ paired, base, head, common }: Sides): string {
  if (paired) return `over ${formatCount(common.length, 'round')} in common`
  return base.length === head.length
    ? `over ${formatCount(head.length, 'round')} each`
    : `over ${formatCount(head.length, 'round')} against ${base.length} of the base`
}

/**
 * A timed metric: the interval decides. Regression: all of it is worse than the limit. Pass: none of it is. Otherwise open, and
 * more rounds may tell.
 * @param noise A/A interval of the metric; null where the control has none of it, and nothing timed can be judged
 */
export function judgeTimed(sides: Sides, ratio: Estimate | null, noise: Estimate | null): Judgement {
  const { limit, metric, paired, base, head, common } = sides
  if (limit === null) return judged('inconclusive', 'not judged: no limit is set')
  if (head.length === 0) return judged('inconclusive', 'not judged: the head gave no value in any round')
  if (base.length === 0) return judged('inconclusive', 'not judged: the base gave no value in any round')
  const fewest = paired ? common.length : Math.min(base.length, head.length)
  if (fewest < MINIMUM_ROUNDS) {
    return judged(
      'inconclusive',
      `not judged: ${formatCount(fewest, 'round')}${paired ? ' in common' : ' on one side'}, and an interval needs at least ${MINIMUM_ROUNDS}`,
    )
  }
  const zeros = judgeZeros(sides)
  if (zeros !== null) return zeros
  if (ratio === null) return judged('inconclusive', 'not judged: a value is not above zero')
  const { low, high } = worsening(metric, ratio)
  if (low === null || high === null) {
    const wanted = formatNumber(sides.confidence * 100)
    return judged(
      'inconclusive',
      `not judged: ${formatCount(fewest, 'round')} are too few for a ${wanted} % interval`,
    )
  }
  const objection =
    noise === null
      ? 'no two copies of the same code were compared in this metric, so its noise is unknown'
      : noiseObjection(noise, limit)
  if (objection !== null) return judged('inconclusive', `not judged: ${objection}`)
  const changed = `${formatChange(ratio)} ${roundsText(sides)}`
  const border = limitText(limit)
  if (low > 1 + limit) return judged('regression', `${changed}, wholly worse than the limit of ${border}`)
  if (high < 1 / (1 + limit)) return judged('improvement', `${changed}, wholly better by more than ${border}`)
  if (high < 1 + limit) return judged('pass', `${changed}, wholly within the limit of ${border}`)
  return judged('inconclusive', `${changed}, with the limit of ${border} inside the interval`)
}
