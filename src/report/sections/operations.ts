import type { Micro, MicroKind, MicroTaskResult } from '../../results/micro.ts'
import { MINIMUM_ROUNDS } from '../../results/minimum-rounds.ts'
import type { StrategyInfo } from '../../results/strategy-info.ts'
import { familiesOf, isGrouped } from '../groups/families.ts'
import { type Block, type ChartRow, estimateCell, textCell } from '../model.ts'
import { intervalNote, roundsOf, sentence } from '../words/phrases.ts'

const KINDS: Readonly<Record<MicroKind, string>> = {
  verify: 'Verify: one good credential',
  sign: 'Sign: one new credential',
  hash: 'Hash',
  store: 'Store: one operation on 1,000 sessions',
}
const ORDER: readonly MicroKind[] = ['verify', 'sign', 'hash', 'store']

interface Row {
  readonly task: MicroTaskResult
  readonly state: ChartRow['state']
  /** Family of its strategy, where there are many. */
  readonly group?: string
}

/** The quickest first, where there are enough rounds to say so; of many, one family after the other. */
function rowsOf(micro: Micro, kind: MicroKind, strategies: readonly StrategyInfo[]): readonly Row[] {
  const own = micro.tasks.filter((task) => task.kind === kind)
  const tasks = own.every(({ wallNs }) => wallNs.rounds >= MINIMUM_ROUNDS)
    ? own.toSorted((a, b) => a.wallNs.value - b.wallNs.value)
    : own
  const infoOf = ({ strategy }: MicroTaskResult) => strategies.find(({ id }) => id === strategy)
  const stateOf = (task: MicroTaskResult) => infoOf(task)?.state ?? 'none'
  if (!isGrouped(tasks) || tasks.some((task) => infoOf(task) === undefined)) {
    return tasks.map((task) => ({ task, state: stateOf(task) }))
  }
  return familiesOf(tasks.flatMap((task) => infoOf(task) ?? [])).flatMap(({ title, members }) =>
    tasks
      .filter((task) => members.some(({ id }) => id === task.strategy))
      .map((task) => ({ task, state: stateOf(task), group: title })),
  )
}

function tableOf(rows: readonly Row[], kind: MicroKind): Block {
  const groups = rows.flatMap(({ group }) => group ?? [])
  return {
    kind: 'table',
    table: {
      caption: KINDS[kind],
      columns: [
        { title: 'Task', unit: null },
        { title: 'Library', unit: null },
        { title: 'Time', unit: 'ns/op' },
        { title: 'CPU', unit: 'ns/op' },
      ],
      rows: rows.map(({ task: { title, library, wallNs, cpuNs } }) => [
        textCell(title),
        textCell(library ?? '–', library === null ? 'muted' : 'plain'),
        estimateCell(wallNs),
        estimateCell(cpuNs),
      ]),
      ...(groups.length === rows.length ? { groups } : {}),
      note: intervalNote(rows.flatMap(({ task: { wallNs, cpuNs } }) => [wallNs, cpuNs])),
    },
  }
}

/** Of those that run one at a time: the others would repeat every name. */
function chartOf(all: readonly Row[], kind: MicroKind): readonly Block[] {
  const rows = all.filter(({ task }) => task.inFlight === 1)
  if (rows.length < 3 || kind === 'store') return []
  return [
    {
      kind: 'chart',
      chart: {
        kind: 'bars',
        id: `micro-${kind}`,
        title: KINDS[kind],
        description: 'Time of one operation alone, nothing else under way in its process.',
        unit: 'ns/op',
        rounds: roundsOf(rows.map(({ task }) => task.wallNs)),
        signed: false,
        rows: rows.map(({ task: { title, wallNs }, ...row }) => ({
          ...row,
          label: title,
          segments: [{ name: 'time', estimate: wallNs }],
        })),
        references: [],
      },
    },
  ]
}

function warnings({ run, failures }: Micro): readonly Block[] {
  return [
    ...(run.partial
      ? [
          {
            kind: 'notice' as const,
            tone: 'warn' as const,
            title: 'Partial',
            lines: ['The measurement was interrupted: not every task ran in every round.'],
          },
        ]
      : []),
    ...(failures.length === 0
      ? []
      : [
          {
            kind: 'list' as const,
            title: 'Failed, and not tried again',
            items: failures.map(({ id, reason }) => `${id}: ${sentence(reason)}`),
          },
        ]),
  ]
}

/** Every operation alone, without a server around it. */
export function operationBlocks(micro: Micro, strategies: readonly StrategyInfo[]): readonly Block[] {
  const kinds = ORDER.filter((kind) => micro.tasks.some((task) => task.kind === kind))
  const how =
    'Every task ran in a process of its own in every round, the tasks in a seeded order and then in the reverse. Time: the median over batches. ' +
    'With 16 in flight it is the elapsed time divided by what was finished. CPU: all threads of the process and the garbage collection, divided by the operations; ' +
    `Redis is not in it. ${micro.environment.pinning.sentence}`
  return [
    ...warnings(micro),
    ...kinds.flatMap((kind) => {
      const rows = rowsOf(micro, kind, strategies)
      return [tableOf(rows, kind), ...chartOf(rows, kind)]
    }),
    ...(kinds.length === 0 ? [] : [{ kind: 'text' as const, text: how, tone: 'muted' as const }]),
  ]
}
