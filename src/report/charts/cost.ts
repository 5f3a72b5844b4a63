import { formatList } from '../../units.ts'
import { againstBaseline, type Group, ranked, subjectsOf } from '../groups/group.ts'
import type { BarChart } from '../model.ts'
import { costTitle } from '../words/chart-titles.ts'
import { roundsOf } from '../words/phrases.ts'
import { chartRows } from './rows.ts'

const COMPONENTS = [
  { metric: 'cpu.server', name: 'server' },
  { metric: 'cpu.redis', name: 'Redis' },
  { metric: 'cpu.auth', name: 'auth server' },
]

/** Cheapest first. A component that is exactly zero is left out of the stack. */
export function costChart(group: Group): BarChart | null {
  const ordered = ranked(
    group,
    subjectsOf(group),
    ({ id }) => againstBaseline(group, id, 'cpu.server')?.difference.value,
  )
  const rows = chartRows(ordered, ({ id }) => {
    const segments = COMPONENTS.flatMap(({ metric, name }) => {
      const difference = againstBaseline(group, id, metric)?.difference
      if (difference === undefined) return []
      const idle = metric !== 'cpu.server' && difference.value === 0
      return idle ? [] : [{ name, estimate: difference }]
    })
    return segments.some(({ name }) => name === 'server') ? { segments } : null
  })
  if (rows.length === 0) return null
  const baseline = group.baseline?.title ?? 'the baseline'
  const names = COMPONENTS.filter(({ name }) =>
    rows.some(({ segments }) => segments.some((segment) => segment.name === name)),
  )
  return {
    kind: 'bars',
    id: `cost-${group.id}`,
    title: costTitle(group),
    description:
      `CPU time per request that each strategy adds to “${baseline}”.` +
      (names.length > 1
        ? ` Solid: server; pale: ${formatList(names.slice(1).map(({ name }) => name))}.`
        : ''),
    unit: 'us/req',
    rounds: roundsOf(rows.flatMap(({ segments }) => segments.map(({ estimate }) => estimate))),
    signed: true,
    rows,
    references: [],
  }
}
