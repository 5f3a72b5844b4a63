import { keyOf } from '../../analysis/subject.ts'
import type { Results } from '../../results/results.ts'
import { formatCount, formatList, formatNumber, formatQuantity } from '../../units.ts'
import { rowsByFamily } from '../groups/families.ts'
import { type Group, groupsOf } from '../groups/group.ts'
import { type Block, MISSING, type Section, strategyCell, type TableCell, textCell } from '../model.ts'

type Cohort = Results['cohorts'][number]

const latencyText = (us: number | null): string => (us === null ? '–' : formatQuantity(us, 'us'))

function cellOf(cohort: Cohort | undefined): TableCell {
  if (cohort === undefined) return MISSING
  return textCell(`${latencyText(cohort.p50)} / ${latencyText(cohort.p99)}`)
}

/** `login 4,211 to 9,730`: of one strategy, the least and the most. */
function countText(name: string, cohorts: readonly Cohort[]): string {
  const counts = cohorts.filter(({ cohort }) => cohort === name).map(({ count }) => count)
  const most = formatCount(Math.max(...counts), 'request')
  const least = formatNumber(Math.min(...counts))
  return `${name} ${new Set(counts).size > 1 ? `${least} to ` : ''}${most}`
}

function cohortTable(group: Group, cohorts: readonly Cohort[]): Block {
  const names = [...new Set(cohorts.map(({ cohort }) => cohort))]
  const strategies = group.strategies.filter(({ id }) => cohorts.some(({ strategy }) => strategy === id))
  return {
    kind: 'table',
    table: {
      caption: group.title,
      columns: ['Strategy', ...names.map((name) => `${name}, p50 / p99`)].map((title) => ({
        title,
        unit: null,
      })),
      rows: strategies.map((strategy) => [
        strategyCell(strategy),
        ...names.map((name) =>
          cellOf(cohorts.find((each) => each.strategy === strategy.id && each.cohort === name)),
        ),
      ]),
      ...rowsByFamily(strategies),
      note: `Latency of all rounds pooled, without an interval: no difference is claimed. In each strategy: ${formatList(names.map((name) => countText(name, cohorts)))}.`,
    },
  }
}

/** Where a load is of several kinds of requests: how long each takes, which no number of the whole load tells. */
export function cohortsSection(results: Results): Section | null {
  const byPlace = Map.groupBy(results.cohorts, keyOf)
  const blocks = groupsOf(results).flatMap((group) => {
    const cohorts = byPlace.get(keyOf({ scenario: group.scenario.id, params: group.params })) ?? []
    return cohorts.length === 0 ? [] : [cohortTable(group, cohorts)]
  })
  return blocks.length === 0 ? null : { id: 'kinds', title: 'Each kind of request', blocks }
}
