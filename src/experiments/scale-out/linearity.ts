import type { Estimate } from '../../results/estimate.ts'
import type { ExperimentTable, Figure } from '../../results/experiment.ts'
import type { StrategyInfo } from '../../results/strategy-info.ts'
import { pairLogRatios, ratioEstimate } from '../../stats/paired.ts'
import { hodgesLehmann } from '../../stats/signed-rank.ts'
import { formatEstimate, formatList } from '../../units.ts'
import type { Cpu } from './observation.ts'

/** Figure: server CPU of one request over that with one instance, in per cent. `capacity` reads it. */
export const CPU_RATIO = 'cpu-of-one'

/** One strategy with so many instances. */
export interface Scaled {
  readonly info: StrategyInfo
  readonly instances: number
  /** That they were on. */
  readonly cores: number
  readonly usPerRequest: Estimate
  /** Null with one instance. */
  readonly percentOfOne: Estimate | null
}

const perRequest = ({ cpuUs, requests }: Cpu): number => cpuUs / requests

const inPercent = ({ value, low, high, rounds }: Estimate): Estimate => ({
  value: 100 * value,
  low: low === null ? null : 100 * low,
  high: high === null ? null : 100 * high,
  rounds,
})

function percentOfOne(rows: readonly Cpu[], ones: readonly Cpu[]): Estimate | null {
  const pairs = rows.flatMap((row) => {
    const one = ones.find(({ round }) => round === row.round)
    return one === undefined ? [] : [{ own: perRequest(row), other: perRequest(one) }]
  })
  const ratios = pairs.length === 0 ? null : pairLogRatios(pairs)
  return ratios === null ? null : inPercent(ratioEstimate(ratios))
}

/** Within each round, where the numbers of instances were next to each other in time. */
export function scaledOf(
  strategies: readonly StrategyInfo[],
  observations: readonly Cpu[],
): readonly Scaled[] {
  return strategies.flatMap((info) => {
    const own = observations.filter(({ strategy }) => strategy === info.id)
    const rowsAt = (instances: number) => own.filter((row) => row.instances === instances)
    const sizes = [...new Set(own.map(({ instances }) => instances))].toSorted((a, b) => a - b)
    return sizes.map((instances) => ({
      info,
      instances,
      cores: Math.min(...rowsAt(instances).map((row) => row.cores)),
      usPerRequest: hodgesLehmann(rowsAt(instances).map(perRequest)),
      percentOfOne: instances === 1 ? null : percentOfOne(rowsAt(instances), rowsAt(1)),
    }))
  })
}

export const cpuFigures = (scaled: readonly Scaled[]): readonly Figure[] =>
  scaled.flatMap(({ info, instances, cores, usPerRequest, percentOfOne: percent }) => {
    const place = { subject: info.id, label: info.title, params: { instances, cores } }
    return [
      { ...place, id: 'cpu', title: 'Server CPU of a request', unit: 'us/req', estimate: usPerRequest },
      ...(percent === null
        ? []
        : [
            {
              ...place,
              id: CPU_RATIO,
              title: 'Server CPU of a request, of that with one instance',
              unit: '%',
              estimate: percent,
            },
          ]),
    ]
  })

const NOT_TRIED = '–'

export function cpuTables(scaled: readonly Scaled[]): readonly ExperimentTable[] {
  const sizes = [...new Set(scaled.map(({ instances }) => instances))].toSorted((a, b) => a - b)
  const infos = [...new Set(scaled.map(({ info }) => info))]
  if (infos.length === 0) return []
  const at = (info: StrategyInfo, size: number) =>
    scaled.find((each) => each.info === info && each.instances === size)
  return [
    {
      caption: 'Server CPU of a request, by the number of instances',
      columns: [
        { title: 'Strategy', unit: null },
        { title: 'One', unit: 'us/req' },
        ...sizes.filter((size) => size > 1).map((size) => ({ title: `${size}, of that`, unit: '%' })),
      ],
      rows: infos.map((info) => [
        info.title,
        at(info, 1)?.usPerRequest ?? NOT_TRIED,
        ...sizes.filter((size) => size > 1).map((size) => at(info, size)?.percentOfOne ?? NOT_TRIED),
      ]),
      note: `Each instance has as many requests under way whatever their number, and is loaded as often at every number; intervals over rounds.${scaled.some(({ instances, cores }) => cores < instances) ? ' Instances took turns on a core: they find more requests waiting when it is their turn, which makes one cheaper, and lose their caches, which makes it dearer.' : ''}`,
    },
  ]
}

/** At the most instances. */
export function cpuAnswer(scaled: readonly Scaled[]): readonly string[] {
  const most = Math.max(...scaled.map(({ instances }) => instances))
  const values = scaled.flatMap(({ info, instances, percentOfOne: percent }) =>
    instances === most && percent !== null ? [`${formatEstimate(percent, '%')} (${info.title})`] : [],
  )
  return values.length === 0
    ? []
    : [
        `With ${most} instances a request takes ${formatList(values)} of the server CPU that it takes with one.`,
      ]
}
