import type { CostStack } from '../../analysis/cost-stack.ts'
import type { Results } from '../../results/results.ts'
import { stackChart, stackHindrance, stacksOf } from '../charts/stack.ts'
import { rowsByFamily } from '../groups/families.ts'
import { type Block, estimateCell, MISSING, type Section, type StackChart, strategyCell } from '../model.ts'
import { intervalNote } from '../words/phrases.ts'
import { operationBlocks } from './operations.ts'

function stackTable(stacks: readonly CostStack[], parts: StackChart['parts']): Block {
  return {
    kind: 'table',
    table: {
      caption: 'CPU of one request, in parts',
      columns: [
        { title: 'Strategy', unit: null },
        { title: 'Total', unit: 'us/req' },
        ...parts.map(({ name }) => ({ title: name, unit: 'us/req' })),
      ],
      rows: stacks.map((stack) => [
        strategyCell(stack.strategy),
        estimateCell(stack.total),
        ...parts.map(({ id }) => {
          const estimate = stack.parts.find((part) => part.id === id)?.estimate
          return estimate === undefined ? MISSING : estimateCell(estimate, id === 'rest')
        }),
      ]),
      ...rowsByFamily(stacks.map(({ strategy }) => strategy)),
      note: `${intervalNote(stacks.map(({ total }) => total))} Verification and Redis client come from processes that did nothing else, with up to 16 operations in flight; “Unexplained” is the total less the other columns; it also holds each cost that is marked –. Its interval is wide because it holds the uncertainty of all the parts.`,
    },
  }
}

/** Only where `authbench micro` measured the operations of the run. */
export function stackSection(results: Results): Section | null {
  const { micro, strategies } = results
  if (micro === null) return null
  const hindrance = stackHindrance(results, micro)
  const stacks = stacksOf(results, micro)
  const chart = stackChart(stacks)
  const blocks: readonly Block[] = [
    ...(hindrance === null
      ? []
      : [
          {
            kind: 'text' as const,
            text: `The operations below were measured with ${hindrance}, so that they cannot explain the costs of this run.`,
            tone: 'warn' as const,
          },
        ]),
    ...(chart === null ? [] : [{ kind: 'chart' as const, chart }, stackTable(stacks, chart.parts)]),
    ...operationBlocks(micro, strategies),
  ]
  return blocks.length === 0 ? null : { id: 'stack', title: 'Where the time goes', blocks }
}
