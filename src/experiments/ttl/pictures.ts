import { exactEstimate } from '../../results/estimate.ts'
import type { ExperimentChart, ExperimentTable } from '../../results/experiment.ts'
import { formatDuration, formatNumber, formatPercent } from '../../units.ts'
import { type Checked, dearestOf, MINUTE, meanOf, type Priced, SMALL_SHARE, shareOf } from './found.ts'
import { DEFAULTS, exposureOf, LIVES_SECONDS, refreshesPerHour, USES } from './model.ts'
import type { TtlObservationOf } from './observation.ts'

const lifeText = (seconds: number): string => formatDuration(1000 * seconds)
const text = (title: string) => ({ title, unit: null })

function costTable(priced: readonly Priced[]): ExperimentTable {
  return {
    caption: 'What one refresh costs',
    columns: [
      text('Strategy'),
      { title: 'CPU of a refresh', unit: 'us' },
      { title: 'CPU of a request', unit: 'us' },
      { title: 'Refresh over request', unit: 'ratio' },
    ],
    rows: priced.map(({ info, refreshUs, verifiedUs, ratio }) => [info.title, refreshUs, verifiedUs, ratio]),
    note: 'Server and Redis together, medians over server processes with 95 % intervals. The request does nothing but identify the user; beside one that works, a refresh weighs less.',
  }
}

function lifeTable(dearest: Priced): ExperimentTable {
  return {
    caption: `What a life of the access token means, with ${dearest.info.title}`,
    columns: [
      text('Life'),
      text('Exposure, mean'),
      text('Exposure, longest'),
      text('Default of'),
      ...USES.flatMap(({ title }) => [
        text(`Refreshes an hour, ${title}`),
        { title: 'CPU for refreshing', unit: '%' },
      ]),
    ],
    rows: LIVES_SECONDS.map((seconds) => {
      const { mean, max } = exposureOf(seconds)
      return [
        lifeText(seconds),
        lifeText(mean),
        lifeText(max),
        DEFAULTS.get(seconds) ?? '–',
        ...USES.flatMap(({ requestsPerHour }) => [
          formatNumber(refreshesPerHour(seconds, requestsPerHour)),
          shareOf(dearest, seconds, requestsPerHour),
        ]),
      ]
    }),
    note: `Exposure: how long a token is accepted after a leak or a logout, which comes at any age of it alike. Users ask ${USES.map(({ title, requestsPerHour }) => `${formatNumber(requestsPerHour)} times an hour (${title})`).join(', ')} and refresh with the first request after the end of a life.`,
  }
}

function checkTable(checked: readonly Checked[]): ExperimentTable {
  return {
    caption: 'The model against real servers',
    columns: [
      text('Strategy'),
      text('Life'),
      text('Refreshes, counted'),
      text('Refreshes, model'),
      text('Accepted after logout, mean'),
      text('Model'),
      text('Accepted after logout, longest'),
    ],
    rows: checked.map(({ info, lifeSeconds, refreshes, predicted, accepted }) => [
      info.title,
      lifeText(lifeSeconds),
      formatNumber(refreshes),
      formatNumber(predicted),
      accepted.length === 0 ? 'not tried' : lifeText(meanOf(accepted)),
      lifeText(exposureOf(lifeSeconds).mean),
      accepted.length === 0 ? 'not tried' : lifeText(Math.max(...accepted)),
    ]),
    note: 'By the clock of the servers, which the experiment sets: the lives are real, and nobody waits for them. Logouts come at equal distances over the life.',
  }
}

function herdTable(herds: readonly TtlObservationOf<'herd'>[]): ExperimentTable {
  const jitters = [...new Set(herds.map(({ jitter }) => jitter))]
  return {
    caption: 'Refreshes of the worst minute over those of an average one',
    columns: [
      text('Life'),
      ...jitters.map((jitter) =>
        text(jitter === 0 ? 'all lives alike' : `lives differ by up to ${formatPercent(jitter)}`),
      ),
    ],
    rows: [...Map.groupBy(herds, ({ lifeSeconds }) => lifeSeconds)].map(([seconds, own]) => [
      lifeText(seconds),
      ...jitters.map((jitter) => {
        const herd = own.find((each) => each.jitter === jitter)
        return herd === undefined ? 'not tried' : `${formatNumber(herd.peakOverMean)} times`
      }),
    ]),
    note: `Simulated: ${formatNumber(herds[0]?.users ?? 0)} users log in within one minute, and their clients refresh whenever a life is over. The same random numbers in every run.`,
  }
}

export function tablesOf(
  priced: readonly Priced[],
  checked: readonly Checked[],
  herds: readonly TtlObservationOf<'herd'>[],
): readonly ExperimentTable[] {
  const dearest = dearestOf(priced)
  return [
    ...(dearest === null ? [] : [lifeTable(dearest), costTable(priced)]),
    ...(checked.length === 0 ? [] : [checkTable(checked)]),
    ...(herds.length === 0 ? [] : [herdTable(herds)]),
  ]
}

export function chartsOf(
  priced: readonly Priced[],
  herds: readonly TtlObservationOf<'herd'>[],
): readonly ExperimentChart[] {
  const dearest = dearestOf(priced)
  const x = { title: 'Life of the access token', unit: 'min', scale: 'log' as const }
  const { state } = dearest?.info ?? { state: 'hybrid' as const }
  return [
    ...(dearest === null
      ? []
      : [
          {
            kind: 'curves' as const,
            id: 'share',
            title: 'CPU for refreshing',
            description: `By the life of the access token. Share of the CPU that the requests of a user cost, ${dearest.info.title}. The mean exposure after a leak is half the life. ${formatPercent(SMALL_SHARE)} count as small.`,
            unit: '%',
            x,
            rows: USES.map(({ title, requestsPerHour }) => ({
              label: title,
              state,
              points: LIVES_SECONDS.map((seconds) => ({
                x: seconds / MINUTE,
                estimate: shareOf(dearest, seconds, requestsPerHour),
              })),
            })),
          },
        ]),
    ...(herds.length === 0
      ? []
      : [
          {
            kind: 'curves' as const,
            id: 'herd',
            title: 'Worst minute over an average one',
            description:
              'Refreshes of users who log in within one minute, by the life of the access token. Simulated.',
            unit: 'ratio',
            x,
            rows: [...Map.groupBy(herds, ({ jitter }) => jitter)].map(([jitter, own]) => ({
              label: jitter === 0 ? 'all lives alike' : `lives differ by up to ${formatPercent(jitter)}`,
              state,
              points: own.map(({ lifeSeconds, peakOverMean, users }) => ({
                x: lifeSeconds / MINUTE,
                estimate: exactEstimate(peakOverMean, users),
              })),
            })),
          },
        ]),
  ]
}
