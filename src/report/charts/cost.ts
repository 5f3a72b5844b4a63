import { againstBaseline, type Group, ranked, subjectsOf } from '../group.ts'
import type { BarChart } from '../model.ts'
import { roundsOf } from '../wording.ts'

const COMPONENTS = [
  { metric: 'cpu.server', name: 'server' },
  { metric: 'cpu.redis', name: 'Redis' },
]

/** Cheapest first. A component that is exactly zero is left out of the stack. */
export function costChart(group: Group): BarChart | null {
  const rows = ranked(
    group,
    subjectsOf(group),
    ({ id }) => againstBaseline(group, id, 'cpu.server')?.difference.value,
  )
    .map(({ id, title, state }) => ({
      label: title,
      state,
      segments: COMPONENTS.flatMap(({ metric, name }) => {
        const difference = againstBaseline(group, id, metric)?.difference
        if (difference === undefined) return []
        const idle = metric !== 'cpu.server' && difference.value === 0
        return idle ? [] : [{ name, estimate: difference }]
      }),
    }))
    .filter(({ segments }) => segments.some(({ name }) => name === 'server'))
  if (rows.length === 0) return null
  const baseline = group.baseline?.title ?? 'the baseline'
  const names = COMPONENTS.filter(({ name }) =>
    rows.some(({ segments }) => segments.some((segment) => segment.name === name)),
  )
  return {
    kind: 'bars',
    id: `cost-${group.id}`,
    title: 'CPU cost of authentication',
    description:
      `CPU time per request that each strategy adds to “${baseline}”.` +
      (names.length > 1 ? ' Solid: server; pale: Redis.' : ''),
    unit: 'us/req',
    rounds: roundsOf(rows.flatMap(({ segments }) => segments.map(({ estimate }) => estimate))),
    signed: true,
    rows,
    references: [],
  }
}
