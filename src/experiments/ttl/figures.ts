import { exactEstimate } from '../../results/estimate.ts'
import type { Figure } from '../../results/experiment.ts'
import { formatPercent } from '../../units.ts'
import { breakEvenOf, type Checked, MINUTE, meanOf, type Priced, SMALL_SHARE, shareOf } from './found.ts'
import { exposureOf, HANDLERS_US, LIVES_SECONDS, refreshesPerHour, USES } from './model.ts'
import type { TtlObservationOf } from './observation.ts'

const MODEL = { subject: 'model', label: 'Model' }

const modelFigures = (): readonly Figure[] =>
  LIVES_SECONDS.flatMap((seconds) => {
    const life = seconds / MINUTE
    const { mean, max } = exposureOf(seconds)
    const exact = (value: number) => exactEstimate(value, 1)
    return [
      {
        ...MODEL,
        id: 'exposure.mean',
        title: 'Exposure, mean',
        params: { life },
        unit: 'min',
        estimate: exact(mean / MINUTE),
      },
      {
        ...MODEL,
        id: 'exposure.max',
        title: 'Exposure, longest',
        params: { life },
        unit: 'min',
        estimate: exact(max / MINUTE),
      },
      ...USES.map(({ id, requestsPerHour }) => ({
        ...MODEL,
        id: 'refreshes',
        title: 'Refreshes of a user',
        params: { life, use: id },
        unit: '1/h',
        estimate: exact(refreshesPerHour(seconds, requestsPerHour)),
      })),
    ]
  })

function costFigures(priced: Priced): readonly Figure[] {
  const { info, refreshUs, verifiedUs, ratio } = priced
  const place = { subject: info.id, label: info.title }
  return [
    { ...place, id: 'cost.refresh', title: 'CPU of a refresh', params: {}, unit: 'us', estimate: refreshUs },
    {
      ...place,
      id: 'cost.verified',
      title: 'CPU of a request',
      params: {},
      unit: 'us',
      estimate: verifiedUs,
    },
    { ...place, id: 'cost.ratio', title: 'Refresh over request', params: {}, unit: 'ratio', estimate: ratio },
    ...USES.flatMap(({ id, requestsPerHour }) => [
      ...HANDLERS_US.map((handlerUs) => ({
        ...place,
        id: 'break-even',
        title: `Life from which refreshing costs at most ${formatPercent(SMALL_SHARE)}`,
        params: { use: id, requestsPerHour, handlerUs },
        unit: 'min',
        estimate: breakEvenOf(priced, requestsPerHour, handlerUs),
      })),
      ...LIVES_SECONDS.map((seconds) => ({
        ...place,
        id: 'share',
        title: 'CPU for refreshing',
        params: { use: id, requestsPerHour, life: seconds / MINUTE },
        unit: '%',
        estimate: shareOf(priced, seconds, requestsPerHour),
      })),
    ]),
  ]
}

function checkFigures({ info, lifeSeconds, refreshes, predicted, accepted }: Checked): readonly Figure[] {
  const place = { subject: info.id, label: info.title, params: { life: lifeSeconds / MINUTE } }
  return [
    {
      ...place,
      id: 'check.counted',
      title: 'Refreshes counted',
      unit: '',
      estimate: exactEstimate(refreshes, 1),
    },
    {
      ...place,
      id: 'check.model',
      title: 'Refreshes by the model',
      unit: '',
      estimate: exactEstimate(predicted, 1),
    },
    ...(accepted.length === 0
      ? []
      : [
          {
            ...place,
            id: 'check.exposure.mean',
            title: 'Accepted after logout, mean',
            unit: 'min',
            estimate: exactEstimate(meanOf(accepted) / MINUTE, accepted.length),
          },
          {
            ...place,
            id: 'check.exposure.max',
            title: 'Accepted after logout, longest',
            unit: 'min',
            estimate: exactEstimate(Math.max(...accepted) / MINUTE, accepted.length),
          },
        ]),
  ]
}

const herdFigures = (herds: readonly TtlObservationOf<'herd'>[]): readonly Figure[] =>
  herds.map(({ lifeSeconds, jitter, users, peakOverMean }) => ({
    ...MODEL,
    id: 'herd.peak',
    title: 'Worst minute over an average one',
    params: { life: lifeSeconds / MINUTE, jitter },
    unit: 'ratio',
    estimate: exactEstimate(peakOverMean, users),
  }))

export const figuresOf = (
  priced: readonly Priced[],
  checked: readonly Checked[],
  herds: readonly TtlObservationOf<'herd'>[],
): readonly Figure[] => [
  ...modelFigures(),
  ...priced.flatMap(costFigures),
  ...checked.flatMap(checkFigures),
  ...herdFigures(herds),
]
