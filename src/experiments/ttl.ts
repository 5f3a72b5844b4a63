import type { Analysis } from '../results/experiment.ts'
import type { StrategyInfo } from '../results/strategy-info.ts'
import {
  formatCount,
  formatDuration,
  formatEstimate,
  formatList,
  formatNumber,
  formatPercent,
} from '../units.ts'
import { experiment } from './experiment.ts'
import { figuresOf } from './ttl/figures.ts'
import {
  breakEvenOf,
  type Checked,
  checkedOf,
  dearestOf,
  meanOf,
  type Priced,
  pricedOf,
  SMALL_SHARE,
} from './ttl/found.ts'
import { USES } from './ttl/model.ts'
import { type TtlObservation, type TtlObservationOf, ttlObservationSchema } from './ttl/observation.ts'
import { chartsOf, tablesOf } from './ttl/pictures.ts'

function brokenOf(
  observations: readonly TtlObservation[],
  titleOf: (id: string) => string,
): readonly string[] {
  const sentences = observations.flatMap((each): readonly string[] => {
    if (each.kind === 'use' && each.refreshes !== each.needed) {
      return [
        `${titleOf(each.strategy)} made its users refresh ${each.refreshes} times where lives of ${formatDuration(1000 * each.lifeSeconds)} need ${each.needed}.`,
      ]
    }
    if (each.kind !== 'logout') return []
    const name = titleOf(each.strategy)
    return [
      ...(each.refreshed ? [`${name} exchanged a refresh token after its logout.`] : []),
      ...(each.ageSeconds + each.acceptedSeconds > each.lifeSeconds
        ? [`${name} accepted an access token beyond its life of ${formatDuration(1000 * each.lifeSeconds)}.`]
        : []),
    ]
  })
  return [...new Set(sentences)]
}

function answerOf(
  priced: readonly Priced[],
  checked: readonly Checked[],
  herds: readonly TtlObservationOf<'herd'>[],
): readonly string[] {
  const dearest = dearestOf(priced)
  const lifeOf = (priced: Priced, requestsPerHour: number, handlerUs: number) =>
    formatDuration(60_000 * breakEvenOf(priced, requestsPerHour, handlerUs).value)
  const errors = checked.map(({ refreshes, predicted }) => Math.abs(refreshes / predicted - 1))
  const shares = checked.flatMap(({ accepted, lifeSeconds }) =>
    accepted.map((seconds) => seconds / lifeSeconds),
  )
  const worst = herds.toSorted((one, other) => other.peakOverMean - one.peakOverMean)[0]
  const spread = herds.find(({ lifeSeconds, jitter }) => lifeSeconds === worst?.lifeSeconds && jitter > 0)
  return [
    'By the model a stolen or logged out access token works for half its life on average, and for all of it at most.',
    ...(shares.length === 0
      ? []
      : [
          `After ${formatCount(shares.length, 'logout')} of real servers it was accepted for ${formatPercent(meanOf(shares))} of its life on average, and for up to ${formatPercent(Math.max(...shares))}.`,
        ]),
    ...(dearest === null
      ? []
      : [
          `CPU of a refresh over that of a request: ${formatEstimate(dearest.ratio, 'ratio')} (${dearest.info.title}). Refreshing takes at most ${formatPercent(SMALL_SHARE)} of the CPU from a life of ${formatList(
            USES.map(
              ({ title, requestsPerHour }) =>
                `${lifeOf(dearest, requestsPerHour, 0)} (${title}, ${formatNumber(requestsPerHour)} requests an hour)`,
            ),
          )}; where requests work for 1 ms, of ${formatList(USES.map(({ requestsPerHour }) => lifeOf(dearest, requestsPerHour, 1000)))}. There is no knee: half the life is half the exposure and at most twice the refreshes.`,
        ]),
    ...(errors.length === 0
      ? []
      : [
          `Refreshes that were counted differ from the model by up to ${formatPercent(Math.max(...errors))}.`,
        ]),
    ...(worst === undefined || spread === undefined
      ? []
      : [
          `Users who log in within one minute refresh together: with lives of ${formatDuration(1000 * worst.lifeSeconds)} the worst minute has ${formatNumber(worst.peakOverMean)} times as many refreshes as an average one, with lives that differ by up to ${formatPercent(spread.jitter)} ${formatNumber(spread.peakOverMean)} times.`,
        ]),
  ]
}

function analyse(observations: readonly TtlObservation[], strategies: readonly StrategyInfo[]): Analysis {
  if (observations.length === 0) return { answer: [], figures: [], charts: [] }
  const priced = pricedOf(
    observations.filter((each) => each.kind === 'cost'),
    strategies,
  )
  const checked = checkedOf(observations, strategies)
  const herds = observations.filter((each) => each.kind === 'herd')
  const titleOf = (id: string) => strategies.find((strategy) => strategy.id === id)?.title ?? id
  return {
    answer: [...answerOf(priced, checked, herds)],
    figures: [...figuresOf(priced, checked, herds)],
    tables: [...tablesOf(priced, checked, herds)],
    charts: [...chartsOf(priced, herds)],
    broken: [...brokenOf(observations, titleOf)],
  }
}

export const ttl = experiment({
  title: 'How long an access token should live',
  question:
    'What does a shorter life of access tokens cost in refreshes, and what does a longer one cost after a leak or a logout?',
  observation: ttlObservationSchema,
  analyse,
})
