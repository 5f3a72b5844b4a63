import type { MetricInfo, Results } from '../../results.ts'
import { type Group, groupsOf } from '../group.ts'
import { type Block, estimateCell, MISSING, type Section, strategyCell, textCell } from '../model.ts'
import { intervalNote } from '../wording.ts'

const FAMILIES: Readonly<Record<string, string>> = {
  bytes: 'Bytes on the wire',
  cpu: 'CPU per request',
  latency: 'Latency',
  redis: 'Redis',
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
      note: intervalNote(estimates),
    },
  }
}

export function detailsSection(results: Results): Section | null {
  const groups = groupsOf(results)
  const blocks = groups.flatMap((group): readonly Block[] => {
    const families = [...new Set(group.metrics.map(familyOf))]
    return [
      ...(groups.length > 1 ? [{ kind: 'heading' as const, text: group.title }] : []),
      ...families.map((family) => {
        const metrics = group.metrics.filter((metric) => familyOf(metric) === family)
        return familyTable(group, metrics, FAMILIES[family] ?? metrics[0]?.title ?? family)
      }),
    ]
  })
  return blocks.length === 0 ? null : { id: 'details', title: 'Every number', blocks }
}
