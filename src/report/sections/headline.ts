import { MINIMUM_ROUNDS } from '../../minimum-rounds.ts'
import type { Results, RunVerdict } from '../../results.ts'
import { formatChange, formatCount, formatDuration, formatInstant, formatList } from '../../units.ts'
import { answerOf } from '../answer.ts'
import { type Group, groupsOf } from '../group.ts'
import type { Block, Section, Tone } from '../model.ts'
import { bandText, sentence } from '../wording.ts'

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

/** A run that ended early says so whatever else is wrong with it. */
function notice({ validity, run }: Results): readonly Block[] {
  const verdict = validity.verdict === 'ok' && run.partial ? 'partial' : validity.verdict
  if (verdict === 'ok') return []
  const { text, tone, meaning } = VERDICTS[verdict]
  const early = run.partial && verdict !== 'partial'
  return [
    {
      kind: 'notice',
      tone,
      title: `This run is ${text}${early ? ` and ${VERDICTS.partial.text}` : ''}`,
      lines: [meaning, ...(early ? [VERDICTS.partial.meaning] : []), ...validity.reasons.map(sentence)],
    },
  ]
}

function facts(results: Results): Block {
  const { run, validity, noise, config } = results
  const { cells } = validity
  const verdict = VERDICTS[validity.verdict]
  const lost = (['invalid', 'failed', 'interrupted'] as const).filter((state) => cells[state] > 0)
  const noises = ['cpu.server', 'throughput', 'latency.p99'].flatMap((id) => {
    const ratio = noise[id]
    const title = results.metrics.find((metric) => metric.id === id)?.title ?? id
    const band = bandText(results.comparisons, id)
    if (ratio === undefined) return []
    const text = band === null ? `A/A ${formatChange(ratio)}` : `${band} (A/A ${formatChange(ratio)})`
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
function unanswered({ validity }: Results, groups: readonly Group[]): string {
  if (validity.verdict === 'invalid')
    return 'No winner is named. Find the failed checks under “Noise and validity”, mend the cause and run again.'
  if (validity.verdict === 'unjudged')
    return 'No winner is named. The values below show that everything works; they are not a comparison.'
  if (groups.every(({ judged }) => !judged))
    return `No winner is named: that takes at least ${MINIMUM_ROUNDS} rounds in common.`
  return groups.some(({ baseline }) => baseline === null)
    ? 'No winner is named: the run has no strategy without authentication to compare with; see the tables below.'
    : 'No strategies were compared on server CPU; see the tables below.'
}

export function headlineSection(results: Results): Section {
  const groups = groupsOf(results)
  const answers = groups.flatMap((group): readonly Block[] => {
    const paragraphs = answerOf(results, group)
    const heading: Block[] =
      groups.length > 1 && paragraphs.length > 0 ? [{ kind: 'heading', text: group.title }] : []
    return [
      ...heading,
      ...paragraphs.map((text) => ({ kind: 'text' as const, text, tone: 'plain' as const })),
    ]
  })
  return {
    id: 'answer',
    title: `The answer in short`,
    blocks: [
      ...notice(results),
      ...(answers.length > 0
        ? answers
        : [{ kind: 'text' as const, text: unanswered(results, groups), tone: 'plain' as const }]),
      facts(results),
      ...(groups.length === 0
        ? []
        : [
            {
              kind: 'text' as const,
              text: `Asked: ${formatList(groups.map(({ scenario }) => scenario.question).filter((question, index, all) => question !== '' && all.indexOf(question) === index))}`,
              tone: 'muted' as const,
            },
          ]),
    ],
  }
}
