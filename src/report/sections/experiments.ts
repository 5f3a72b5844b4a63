import type { Params } from '../../results/cell.ts'
import type { ExperimentChart, ExperimentResult, ExperimentTable, Figure } from '../../results/experiment.ts'
import type { Estimate, Results } from '../../results/results.ts'
import { formatCount } from '../../units.ts'
import {
  type Block,
  type Chart,
  estimateCell,
  MISSING,
  type Section,
  type Table,
  type TableCell,
  textCell,
} from '../model.ts'
import { EXPERIMENT_SECTION } from '../short-form.ts'
import { sentence } from '../words/phrases.ts'

/** All experiments of the run, one section each, all built alike. */
export const experimentSections = ({ experiments = [] }: Results): readonly Section[] =>
  experiments.map((experiment) => ({
    id: `${EXPERIMENT_SECTION}${experiment.id}`,
    title: experiment.title,
    blocks: blocksOf(experiment),
  }))

function blocksOf(experiment: ExperimentResult): readonly Block[] {
  const { question, answer, notDone, command, broken = [] } = experiment
  return [
    ...notices(experiment),
    { kind: 'text', text: question, tone: 'muted' },
    ...answer.map((text): Block => ({ kind: 'text', text, tone: 'plain' })),
    ...(broken.length === 0
      ? []
      : [{ kind: 'notice' as const, tone: 'bad' as const, title: 'Not kept', lines: broken.map(sentence) }]),
    ...chartsOf(experiment).map((chart): Block => ({ kind: 'chart', chart })),
    ...tablesOf(experiment).map((table): Block => ({ kind: 'table', table })),
    ...(notDone.length === 0
      ? []
      : [{ kind: 'list' as const, title: 'Not done on this machine', items: notDone.map(sentence) }]),
    { kind: 'text', text: `${trialsText(experiment)} The same again:`, tone: 'plain' },
    { kind: 'command', text: command },
  ]
}

function notices({ complete, ended }: ExperimentResult): readonly Block[] {
  if (complete) return []
  return [
    {
      kind: 'notice',
      tone: 'warn',
      title: 'This experiment is not complete',
      lines: [sentence(ended ?? 'It was interrupted'), 'What it observed until then is kept.'],
    },
  ]
}

/** `200 trials, 3 void: the server died (2), no answer within 5 s (1).` */
function trialsText({ trials, void: lost, voidReasons }: ExperimentResult): string {
  const count = formatCount(trials, 'trial')
  if (lost === 0) return `${count}, none void.`
  const reasons = voidReasons.map(({ reason, trials: same }) => `${reason} (${same})`).join('; ')
  return `${count}, ${lost} void: ${reasons}.`
}

function tablesOf(experiment: ExperimentResult): readonly Table[] {
  const { tables, figures } = experiment
  if (tables !== undefined) return tables.map(tableOf)
  return figures.length === 0 ? [] : [tableOfFigures(figures)]
}

const tableOf = ({ caption, columns, rows, note }: ExperimentTable): Table => ({
  caption,
  columns,
  rows: rows.map((cells) => cells.map(cellOf)),
  note,
})

const cellOf = (cell: string | Estimate): TableCell =>
  typeof cell === 'string' ? textCell(cell) : estimateCell(cell)

/** A row for each subject under each condition, a column for each thing that was found out about it. */
function tableOfFigures(figures: readonly Figure[]): Table {
  const columns = [...Map.groupBy(figures, ({ id }) => id).values()].flatMap(([first]) => first ?? [])
  const names = [...new Set(figures.flatMap(({ params }) => Object.keys(params)))]
  const keyOf = ({ subject, params }: { readonly subject: string; readonly params: Params }) =>
    JSON.stringify([subject, names.map((name) => params[name] ?? null)])
  const rows = [...Map.groupBy(figures, keyOf).values()]
  return {
    caption: 'What was found',
    columns: [
      { title: 'What', unit: null },
      ...names.map((title) => ({ title, unit: null })),
      ...columns.map(({ title, unit }) => ({ title, unit })),
    ],
    rows: rows.map((own) => [
      textCell(own[0]?.label ?? ''),
      ...names.map((name) => textCell(String(own[0]?.params[name] ?? ''))),
      ...columns.map(({ id }) => {
        const figure = own.find((each) => each.id === id)
        return figure === undefined ? MISSING : estimateCell(figure.estimate)
      }),
    ]),
    note: '',
  }
}

/** `200 trials`; a range where rows have different numbers. */
function trialsOf(estimates: readonly Estimate[]): string {
  const counts = estimates.map(({ rounds }) => rounds)
  const [least, most] = [Math.min(...counts), Math.max(...counts)]
  return least === most ? formatCount(most, 'trial') : `${least} to ${formatCount(most, 'trial')}`
}

const chartsOf = ({ id, trials, charts }: ExperimentResult): readonly Chart[] =>
  charts.filter(({ rows }) => rows.length > 0).map((chart) => chartOf(chart, id, trials))

function chartOf(chart: ExperimentChart, experiment: string, trials: number): Chart {
  const own = { ...chart, id: `${experiment}-${chart.id}` }
  switch (own.kind) {
    case 'bars': {
      const estimates = own.rows.flatMap(({ segments }) => segments.map(({ estimate }) => estimate))
      return { ...own, signed: false, rounds: trialsOf(estimates) }
    }
    case 'curves': {
      const { x, rows, ...frame } = own
      const estimates = rows.flatMap(({ points }) => points.map(({ estimate }) => estimate))
      const unit = x.unit === '' ? '' : ` in ${x.unit}`
      return {
        ...frame,
        kind: 'curve',
        what: chart.title,
        axis: { title: `${x.title}${unit}`, scale: x.scale },
        rounds: trialsOf(estimates),
        rows: rows.map((row) => ({
          ...row,
          points: row.points
            .filter(({ estimate }) => estimate.value > 0)
            .map(({ x: at, estimate }) => ({
              x: { value: at, low: at, high: at, rounds: estimate.rounds },
              estimate,
            })),
        })),
      }
    }
    case 'timeline':
      return { ...own, rounds: formatCount(trials, 'trial') }
    default:
      return own satisfies never
  }
}
