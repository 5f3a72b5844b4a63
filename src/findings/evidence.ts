import { PROFILES, type ProfileId } from '../profiles.ts'
import type { RunConfig } from '../results.ts'
import { standardDeviation } from '../stats/deviation.ts'
import { pairLogRatios } from '../stats/paired.ts'
import { MINIMUM_ROUNDS, roundsNeeded } from '../stats/rounds-needed.ts'
import { formatChange, formatCount, formatPercent } from '../units.ts'
import { type Finder, info, warning } from './finding.ts'

/** A difference that most decisions turn on. */
const WANTED_HALF_WIDTH = 0.05
const JUDGED = ['cpu.server', 'throughput'] as const
/** More rounds than this are no advice. */
const SENSIBLE_ROUNDS = 100

/** A profile other than the one in use that has at least so many rounds, or the option. */
function howToGet(rounds: number, { profile }: RunConfig): string {
  const enough = Object.entries(PROFILES).find(
    ([id, { rounds: offered }]) => id !== profile && offered >= rounds,
  )
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

/** The same code against itself differs by more than what is to be found. */
export const wideNoise: Finder = ({ noise, rounds, config, metrics }) =>
  JUDGED.flatMap((metric) => {
    const band = noise[metric]
    if (band === undefined || band.low === null || band.high === null) return []
    const width = Math.max(band.high - 1, 1 / band.low - 1)
    if (width <= WANTED_HALF_WIDTH) return []
    const twin = rounds.find((row) => row.metric === metric && row.arm === 'twin')
    const main = rounds.find(
      (row) => row.metric === metric && row.arm === 'main' && row.strategy === twin?.strategy,
    )
    const pairs = (twin?.values ?? []).flatMap(({ round, value }) => {
      const partner = main?.values.find((other) => other.round === round)
      return partner === undefined ? [] : [{ own: value, other: partner.value }]
    })
    const spread = standardDeviation(pairLogRatios(pairs) ?? [])
    const needed = Math.max(roundsNeeded(spread, WANTED_HALF_WIDTH), 2 * config.rounds)
    const title = metrics.find(({ id }) => id === metric)?.title ?? metric
    const advice =
      needed > SENSIBLE_ROUNDS
        ? 'More rounds will hardly help: use a quieter machine.'
        : howToGet(needed, config)
    return [
      warning(
        'wide-noise',
        `${title}: the baseline against its own copy shows ${formatChange(band)}, so a difference below ${formatPercent(width)} cannot be told from noise. A band of 5 % takes about ${formatCount(needed, 'round')} at this spread.`,
        advice,
      ),
    ]
  })

export const lostCells: Finder = ({ validity: { cells, reasons } }) => {
  const lost = cells.failed + cells.invalid
  if (lost === 0) return []
  const first =
    reasons.length === 0 ? 'Their rounds were repeated.' : 'The reasons are listed under validity.'
  return [
    warning(
      'lost-cells',
      `${formatCount(cells.failed, 'cell')} failed and ${cells.invalid} ${cells.invalid === 1 ? 'is' : 'are'} invalid; none of them is part of a number. ${first}`,
      reasons.length === 0 ? null : 'Remove the first cause that is named, then run again.',
    ),
  ]
}
