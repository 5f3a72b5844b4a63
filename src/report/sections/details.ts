import type { MetricInfo, Results } from '../../results/results.ts'
import { groupsByFamily } from '../groups/families.ts'
import { type Group, groupsOf } from '../groups/group.ts'
import { type LoadCurve, loadCurvesOf } from '../groups/load-curve.ts'
import { formatShare } from '../groups/load-kind.ts'
import { type Block, estimateCell, MISSING, type Section, strategyCell, textCell } from '../model.ts'
import { intervalNote } from '../words/phrases.ts'

const FAMILIES: Readonly<Record<string, string>> = {
  bytes: 'Bytes on the wire',
  cpu: 'CPU per request',
  lag: 'Send lag',
  latency: 'Latency',
  load: 'Arrival rate',
  memory: 'Memory',
  redis: 'Redis',
  service: 'Service time',
  slo: 'Highest rate within the limit',
}

/** `latency.p50` and `latency.p99` share a table. */
const familyOf = ({ id }: MetricInfo) => id.split('.')[0] ?? id

function familyTable(group: Group, metrics: readonly MetricInfo[], caption: string): Block {
  const estimates = group.strategies.flatMap(({ id }) =>
    metrics.flatMap((metric) => group.estimate(id, metric.id) ?? []),
  )
  return {
    kind: 'table',
    table: {
      caption,
      columns: [
        { title: 'Strategy', unit: null },
        { title: 'State', unit: null },
        ...metrics.map(({ title, unit }) => ({ title, unit })),
      ],
      rows: group.strategies.map((strategy) => [
        strategyCell(strategy),
        textCell(strategy.state),
        ...metrics.map((metric) => {
          const estimate = group.estimate(strategy.id, metric.id)
          return estimate === null ? MISSING : estimateCell(estimate)
        }),
      ]),
      ...groupsByFamily(group.strategies),
      note: intervalNote(estimates),
    },
  }
}

/** Every point has another arrival rate for every strategy, so that only rows may be read, not columns. */
function curveTable({ points, strategies, metric }: LoadCurve): Block {
  const estimates = strategies.flatMap(({ id }) =>
    points.flatMap(({ group }) => group.estimate(id, metric.id) ?? []),
  )
  return {
    kind: 'table',
    table: {
      caption: `${metric.title} by load`,
      columns: [
        { title: 'Strategy', unit: null },
        ...points.map(({ load }) => ({ title: `at ${formatShare(load)}`, unit: metric.unit })),
      ],
      rows: strategies.map((strategy) => [
        strategyCell(strategy),
        ...points.map(({ group }) => {
          const estimate = group.estimate(strategy.id, metric.id)
          return estimate === null ? MISSING : estimateCell(estimate)
        }),
      ]),
      ...groupsByFamily(strategies),
      note: `Load: share of what the strategy itself serves, so that a column holds a different rate for each; only rows may be compared. ${intervalNote(estimates)}`,
    },
  }
}

export function detailsSection(results: Results): Section | null {
  const groups = groupsOf(results)
  const tables = groups
    .filter(({ scenario }) => scenario.compared)
    .flatMap((group): readonly Block[] => {
      const families = [...new Set(group.metrics.map(familyOf))]
      return [
        ...(groups.length > 1 ? [{ kind: 'heading' as const, text: group.title }] : []),
        ...families.map((family) => {
          const metrics = group.metrics.filter((metric) => familyOf(metric) === family)
          return familyTable(group, metrics, FAMILIES[family] ?? metrics[0]?.title ?? family)
        }),
      ]
    })
  const curves = loadCurvesOf(groups).flatMap((curve): readonly Block[] => [
    { kind: 'heading', text: curve.scenario.title },
    curveTable(curve),
  ])
  const blocks = [...tables, ...curves]
  return blocks.length === 0 ? null : { id: 'details', title: 'Every number', blocks }
}
