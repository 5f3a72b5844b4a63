// In this folder: one file for each section of the report.

import { MINIMUM_ROUNDS } from '../../results/minimum-rounds.ts'
import type { Results, RunVerdict } from '../../results/results.ts'
import { formatChange, formatCount, formatDuration, formatInstant } from '../../units.ts'
import { contendersOf, costGroupOf } from '../groups/contenders.ts'
import { isGrouped } from '../groups/families.ts'
import { type Group, groupsOf } from '../groups/group.ts'
import { kneeSentence, loadCurvesOf } from '../groups/load-curve.ts'
import type { Block, Section, Tone } from '../model.ts'
import { answerOf } from '../words/cost-answer.ts'
import { rateAnswer, waitingAnswer } from '../words/load-answer.ts'
import { bandRange, NOT_COMPARED, namesWinner, sentence } from '../words/phrases.ts'
import { familyTable } from './family-table.ts'

const VERDICTS: Readonly<
  Record<RunVerdict, { readonly text: string; readonly tone: Tone; readonly meaning: string }>
> = {
  ok: { text: 'valid', tone: 'good', meaning: 'The measurement is sound.' },
  invalid: {
    text: 'INVALID',
    tone: 'bad',
    meaning: 'These numbers must not be used: a validity check failed.',
  },
  inconclusive: {
    text: 'inconclusive',
    tone: 'warn',
    meaning: 'The machine was too noisy for some answers; only what is called shown below holds.',
  },
  partial: {
    text: 'PARTIAL',
    tone: 'warn',
    meaning: 'The run ended early; this is what was measured until then.',
  },
  unjudged: {
    text: 'not judged',
    tone: 'warn',
    meaning: `Fewer than ${MINIMUM_ROUNDS} rounds: no interval exists, so no winner is named.`,
  },
}

/** Every strategy can have one at every point. */
const LISTED_REASONS = 12

/** A run that ended early says so whatever else is wrong with it. */
function notice({ validity, run }: Results): readonly Block[] {
  const verdict = validity.verdict === 'ok' && run.partial ? 'partial' : validity.verdict
  if (verdict === 'ok') return []
  const { text, tone, meaning } = VERDICTS[verdict]
  const early = run.partial && verdict !== 'partial'
  const more = validity.reasons.length - LISTED_REASONS
  return [
    {
      kind: 'notice',
      tone,
      title: `This run is ${text}${early ? ` and ${VERDICTS.partial.text}` : ''}`,
      lines: [
        meaning,
        ...(early ? [VERDICTS.partial.meaning] : []),
        ...validity.reasons.slice(0, LISTED_REASONS).map(sentence),
        ...(more > 0 ? [`And ${formatCount(more, 'reason')} more, in results.json.`] : []),
      ],
    },
  ]
}

function facts(results: Results): Block {
  const { run, validity, noise, config } = results
  const { cells } = validity
  const verdict = VERDICTS[validity.verdict]
  const lost = (['invalid', 'failed', 'interrupted'] as const).filter((state) => cells[state] > 0)
  const noises = ['cpu.server', 'throughput', 'slo.rate', 'latency.p99'].flatMap((id) => {
    const ratio = noise[id]
    const title = results.metrics.find((metric) => metric.id === id)?.title ?? id
    const band = bandRange(results.comparisons, id)
    if (ratio === undefined) return []
    const own = `A/A ${formatChange(ratio)}`
    const text = band === null ? own : band.isOne ? `${band.text} (${own})` : band.text
    return [{ label: `Noise, ${title}`, text, tone: 'plain' as const }]
  })
  return {
    kind: 'facts',
    facts: [
      { label: 'Run', text: verdict.text, tone: verdict.tone },
      ...noises,
      { label: 'Rounds', text: `${config.rounds}`, tone: 'plain' },
      {
        label: 'Cells',
        text: [
          `${formatCount(cells.completed, 'used', 'used')}`,
          ...lost.map((state) => `${cells[state]} ${state}`),
        ].join(', '),
        tone: lost.length > 0 ? 'warn' : 'plain',
      },
      {
        label: 'Measured',
        text: `${formatInstant(run.startedAt)}, ${formatDuration(Date.parse(run.finishedAt) - Date.parse(run.startedAt))}`,
        tone: 'plain',
      },
    ],
  }
}

/** Why no winner is named. */
function unanswered({ validity, changes }: Results, groups: readonly Group[]): string {
  if (validity.verdict === 'invalid')
    return 'No winner is named. Find the failed checks under “Noise and validity”, mend the cause and run again.'
  if (validity.verdict === 'unjudged')
    return 'No winner is named. The values below show that everything works; they are not a comparison.'
  if (changes.length > 0) return 'This run judges a change, above; it ranks no strategies.'
  if (groups.length > 0 && groups.every(({ scenario }) => !scenario.compared)) return NOT_COMPARED
  if (groups.every(({ judged }) => !judged))
    return `No winner is named: that takes at least ${MINIMUM_ROUNDS} rounds in common.`
  return groups.some(({ baseline }) => baseline === null)
    ? 'No winner is named: the run has no strategy without authentication to compare with; see the tables below.'
    : 'No strategies were compared on server CPU; see the tables below.'
}

interface Answer {
  readonly heading: string
  readonly paragraphs: readonly string[]
}

/** Cost once, then what each kind of load is there to tell; the points of an open loop share a heading. Of many strategies, the highest load. */
function answersOf(results: Results, groups: readonly Group[]): readonly Answer[] {
  const costGroup = costGroupOf(groups)
  const chosen = costGroup ?? groups.find(({ scenario }) => scenario.compared)
  const contenders = chosen === undefined ? { session: null, token: null, local: null } : contendersOf(chosen)
  const many = isGrouped(results.strategies)
  const answers = groups.map((group, index): Answer => {
    const heading = group.kind === 'closed' ? group.title : group.scenario.title
    const cost = group.kind === 'closed' || group === costGroup ? answerOf(results, group) : []
    const load =
      group.kind === 'same rate' && !(many && groups[index + 1]?.scenario === group.scenario)
        ? waitingAnswer(group, contenders)
        : group.kind === 'search'
          ? rateAnswer(results, group, contenders)
          : []
    return { heading, paragraphs: [...cost, ...load] }
  })
  const knees = namesWinner(results)
    ? loadCurvesOf(groups).map((curve): Answer => {
        const knee = kneeSentence(curve)
        return { heading: curve.scenario.title, paragraphs: knee === null ? [] : [knee] }
      })
    : []
  const byHeading = Map.groupBy([...answers, ...knees], ({ heading }) => heading)
  return [...byHeading]
    .map(([heading, same]) => ({ heading, paragraphs: same.flatMap(({ paragraphs }) => paragraphs) }))
    .filter(({ paragraphs }) => paragraphs.length > 0)
}

export function headlineSection(results: Results): Section {
  const groups = groupsOf(results)
  const costGroup = costGroupOf(groups)
  const answers = answersOf(results, groups).flatMap(({ heading, paragraphs }): readonly Block[] => [
    ...(groups.length > 1 ? [{ kind: 'heading' as const, text: heading }] : []),
    ...paragraphs.map((text) => ({ kind: 'text' as const, text, tone: 'plain' as const })),
  ])
  return {
    id: 'answer',
    title: `The answer in short`,
    blocks: [
      ...notice(results),
      ...(answers.length > 0
        ? answers
        : [{ kind: 'text' as const, text: unanswered(results, groups), tone: 'plain' as const }]),
      ...(costGroup === null ? [] : familyTable(costGroup, true)),
      facts(results),
      ...(groups.length === 0
        ? []
        : [
            {
              kind: 'text' as const,
              text: `Asked: ${[...new Set(groups.map(({ scenario }) => scenario.question))].filter((question) => question !== '').join(' ')}`,
              tone: 'muted' as const,
            },
          ]),
    ],
  }
}
