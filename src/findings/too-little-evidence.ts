import { noiseFactor, pairsOf } from '../analysis/comparison.ts'
import { keyOf } from '../analysis/subject.ts'
import { PROFILES, type ProfileId, TIMED_PROFILES } from '../plan/profiles.ts'
import { MINIMUM_ROUNDS } from '../results/minimum-rounds.ts'
import type { MeasuredResults, RunConfig } from '../results/results.ts'
import { standardDeviation } from '../stats/deviation.ts'
import { medianOf } from '../stats/median.ts'
import { pairLogRatios } from '../stats/paired.ts'
import { roundsNeeded } from '../stats/rounds-needed.ts'
import { formatChange, formatCount, formatPercent } from '../units.ts'
import { type Finder, info, warning } from './finding.ts'

/** A difference that most decisions turn on. */
const WANTED_HALF_WIDTH = 0.05
const JUDGED = ['cpu.server', 'throughput'] as const
/** More rounds than this are no advice. */
const SENSIBLE_ROUNDS = 100

/** A profile other than the one in use that has at least so many rounds, or the option. */
function howToGet(rounds: number, { profile, rounds: wanted }: RunConfig): string {
  if (wanted >= rounds) return `Let all ${wanted} rounds of the run come to their end.`
  const enough = TIMED_PROFILES.find(([id, { rounds: offered }]) => id !== profile && offered >= rounds)
  const own = PROFILES[profile satisfies ProfileId].rounds >= rounds
  if (own) return `Leave out --rounds, or use --rounds ${rounds} or more.`
  return enough === undefined
    ? `Use --rounds ${rounds}.`
    : `Use --profile ${enough[0]} or --rounds ${rounds}.`
}

export const tooFewRounds: Finder = ({ config }) =>
  config.rounds >= MINIMUM_ROUNDS
    ? []
    : [
        info(
          'too-few-rounds',
          `${formatCount(config.rounds, 'round')} cannot tell a difference from chance: no interval, no winner.`,
          howToGet(MINIMUM_ROUNDS, config),
        ),
      ]

type Row = MeasuredResults['rounds'][number]

/** Deviation of the log-ratios of two copies of the same server; of several points that of the noisiest. */
function noiseSpread(rounds: readonly Row[], metric: string): number {
  const rows = rounds.filter((row) => row.metric === metric)
  const spreads = rows
    .filter(({ arm }) => arm === 'twin')
    .map((twin) => {
      const main = rows.find(
        (row) => row.arm === 'main' && row.strategy === twin.strategy && keyOf(row) === keyOf(twin),
      )
      return standardDeviation(pairLogRatios(pairsOf(twin.values, main?.values ?? [])) ?? [])
    })
  return Math.max(0, ...spreads)
}

/** The same code against itself differs by more than what is to be found. */
export const wideNoise: Finder = ({ noise, rounds, config, metrics }) =>
  JUDGED.flatMap((metric) => {
    const estimate = noise[metric]
    const factor = noiseFactor(estimate ?? null)
    if (estimate === undefined || factor === null || factor - 1 <= WANTED_HALF_WIDTH) return []
    // The spread alone can ask for fewer rounds than there are: it knows nothing of a lasting offset between the copies.
    const needed = Math.max(roundsNeeded(noiseSpread(rounds, metric), WANTED_HALF_WIDTH), estimate.rounds + 1)
    const title = metrics.find(({ id }) => id === metric)?.title ?? metric
    const advice =
      needed > SENSIBLE_ROUNDS
        ? 'More rounds will hardly help: use a quieter machine.'
        : howToGet(needed, config)
    return [
      warning(
        'wide-noise',
        `${title}: the baseline against its own copy shows ${formatChange(estimate)}, so a difference below ${formatPercent(factor - 1)} cannot be told from noise. At least ${formatCount(needed, 'round')} are needed to narrow it to about ${formatPercent(WANTED_HALF_WIDTH)}.`,
        advice,
      ),
    ]
  })

/** A round that is further from the others than this is named. */
const UNEVEN = 0.2
/** Of two rounds either could be the odd one. */
const MINIMUM_TO_STAND_OUT = 3

/** Each strategy's value in a round over its median in the other rounds: what all of them share is the machine. */
function shiftsOf(rows: readonly Row[], round: number): readonly number[] {
  return rows.flatMap(({ values }) => {
    const own = values.find((value) => value.round === round)?.value
    const others = medianOf(values.filter((value) => value.round !== round).map(({ value }) => value))
    return own === undefined || !(others > 0) ? [] : [own / others]
  })
}

interface Shift {
  readonly round: number
  readonly change: number
  readonly isShared: boolean
}

/** Rounds in which the servers of one point cost more or less than in the others. */
function unevenOf(rows: readonly Row[]): readonly Shift[] {
  const numbers = [...new Set(rows.flatMap(({ values }) => values.map(({ round }) => round)))]
  if (numbers.length < MINIMUM_TO_STAND_OUT) return []
  return numbers.flatMap((round) => {
    const shifts = shiftsOf(rows, round)
    const change = medianOf(shifts) - 1
    if (!(Math.abs(change) > UNEVEN)) return []
    return [{ round, change, isShared: shifts.every((shift) => shift > 1 === change > 0) }]
  })
}

/** A machine that was slower for a whole round: every point of a scenario shows it, and the one that shows it least gives its size. */
export const unevenRounds: Finder = ({ rounds, scenarios }) => {
  const costs = rounds.filter(({ metric, arm }) => metric === 'cpu.server' && arm === 'main')
  const byScenario = Map.groupBy(costs, ({ scenario }) => scenario)
  return [...byScenario].flatMap(([scenario, ofScenario]) => {
    const title = scenarios.find(({ id }) => id === scenario)?.title ?? scenario
    const where = byScenario.size > 1 ? ` of “${title}”` : ''
    const points = [...Map.groupBy(ofScenario, keyOf).values()]
    return [...Map.groupBy(points.flatMap(unevenOf), ({ round }) => round).values()]
      .filter(
        (shifts) =>
          shifts.length === points.length &&
          new Set(shifts.map(({ change }) => Math.sign(change))).size === 1,
      )
      .flatMap((shifts) => shifts.toSorted((a, b) => Math.abs(a.change) - Math.abs(b.change)).slice(0, 1))
      .sort((a, b) => a.round - b.round)
      .map(({ round, change, isShared }) =>
        info(
          'uneven-round',
          `Round ${round + 1}${where} cost ${formatPercent(Math.abs(change))} ${change > 0 ? 'more' : 'less'} for ${isShared ? 'all' : 'most'} strategies: ratios are unaffected, differences in µs are wider.`,
          null,
        ),
      )
  })
}
