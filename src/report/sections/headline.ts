import type { Results, RunVerdict } from '../../results.ts'
import { formatChange, formatCount, formatDuration, formatEstimate, formatInstant } from '../../units.ts'
import { againstBaseline, type Group, groupsOf, subjectsOf } from '../group.ts'
import type { Block, Section, Tone } from '../model.ts'
import { rankableMetrics, rankingOf } from '../tiers.ts'
import { enumerate, enumerateSome, namesWinner, roundsOf, sentence } from '../wording.ts'

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
    meaning: 'Fewer than 6 rounds: no interval exists, so no winner is named.',
  },
}
const COST = 'cpu.server'
const NAMED_AT_MOST = 4

function notice({ validity, run }: Results): readonly Block[] {
  const { text, tone, meaning } = VERDICTS[validity.verdict]
  const early = run.partial && validity.verdict !== 'partial' ? [VERDICTS.partial.meaning] : []
  if (validity.verdict === 'ok' && early.length === 0) return []
  return [
    {
      kind: 'notice',
      tone: validity.verdict === 'ok' ? 'warn' : tone,
      title: validity.verdict === 'ok' ? 'PARTIAL' : `This run is ${text}`,
      lines: [...(validity.verdict === 'ok' ? [] : [meaning]), ...early, ...validity.reasons.map(sentence)],
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
    return ratio === undefined
      ? []
      : [{ label: `A/A noise, ${title}`, text: formatChange(ratio), tone: 'plain' as const }]
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
          `${formatCount(cells.completed, 'sound', 'sound')}`,
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

/** Least and most expensive, then what immediate revocation costs: the two things an architect asks. */
function answer(group: Group): string | null {
  const metric = rankableMetrics(group).find(({ id }) => id === COST)
  if (metric === undefined || group.baseline === null) return null
  const differences = subjectsOf(group).flatMap((strategy) => {
    const comparison = againstBaseline(group, strategy.id, COST)
    return comparison === null ? [] : [{ strategy, comparison }]
  })
  const sorted = differences.toSorted((a, b) => a.comparison.difference.value - b.comparison.difference.value)
  const cost = (id: string) => {
    const difference = againstBaseline(group, id, COST)?.difference
    return difference === undefined ? '' : formatEstimate(difference, metric.unit, { signed: true })
  }
  const [least, most] = [sorted[0], sorted.at(-1)]
  if (least === undefined || most === undefined) return null
  const baseline = group.baseline.id
  const tiers = rankingOf(group, metric)
    .tiers.map((tier) => tier.filter(({ strategy }) => strategy.id !== baseline))
    .filter((tier) => tier.length > 0)
  const [top = [], bottom = []] = [tiers[0], tiers.at(-1)]
  const named = (tier: typeof top) =>
    enumerateSome(
      tier.map(({ strategy }) => `${strategy.title} (${cost(strategy.id)})`),
      NAMED_AT_MOST,
    )
  const rounds = roundsOf(differences.map(({ comparison }) => comparison.difference))
  const sentences = [
    tiers.length < 2
      ? `No difference in server CPU between the ${sorted.length} strategies is clear of the others; ` +
        `they add from ${cost(least.strategy.id)} (${least.strategy.title}) ` +
        `to ${cost(most.strategy.id)} (${most.strategy.title}) over ${rounds}.`
      : `Authentication adds the least server CPU with ${named(top)} and the most with ${named(bottom)}; ${rounds}.`,
  ]
  const revocable = sorted.filter(({ strategy }) => strategy.revocation.effect === 'immediate')[0]
  const lasting = sorted.filter(({ strategy }) => strategy.revocation.effect === 'at-expiry')[0]
  if (revocable !== undefined && lasting !== undefined) {
    const between = group.comparison(revocable.strategy.id, lasting.strategy.id, COST)
    if (between !== null) {
      const words = {
        worse: 'costs more',
        better: 'costs less',
        equal: 'costs the same',
        unsure: 'is not shown to cost more or less',
        'not judged': 'is not judged',
      }[between.verdict]
      const difference = formatEstimate(between.difference, metric.unit, { signed: true })
      sentences.push(
        `The cheapest strategy that revokes at once, ${revocable.strategy.title}, ${words} than the cheapest ` +
          `that cannot revoke before expiry, ${lasting.strategy.title}: ${difference}.`,
      )
    }
  }
  const stores = sorted.filter(
    ({ strategy: { revocation, needs } }) => revocation.effect === 'immediate' && needs.includes('redis'),
  )
  const shared = stores[0]
  if (shared !== undefined && shared !== revocable) {
    const title = shared.strategy.title
    sentences.push(
      `With a store that several servers share, the cheapest of these is ${title}: ${cost(shared.strategy.id)}.`,
    )
  }
  return sentences.join(' ')
}

export function headlineSection(results: Results): Section {
  const groups = groupsOf(results)
  const answers = groups.flatMap((group): readonly Block[] => {
    const text = namesWinner(results) ? answer(group) : null
    const heading: Block[] =
      groups.length > 1 && text !== null ? [{ kind: 'heading', text: group.title }] : []
    return text === null ? [] : [...heading, { kind: 'text', text, tone: 'plain' }]
  })
  const unanswered =
    results.validity.verdict === 'unjudged'
      ? 'No winner is named. The values below show that everything works; they are not a comparison.'
      : results.validity.verdict === 'invalid'
        ? 'No winner is named. Find the failed checks under “Noise and validity”, mend the cause and run again.'
        : 'No strategies were compared on server CPU; see the tables below.'
  return {
    id: 'answer',
    title: `The answer in short`,
    blocks: [
      ...notice(results),
      ...(answers.length > 0
        ? answers
        : [{ kind: 'text' as const, text: unanswered, tone: 'plain' as const }]),
      facts(results),
      ...(groups.length === 0
        ? []
        : [
            {
              kind: 'text' as const,
              text: `Asked: ${enumerate(groups.map(({ scenario }) => scenario.question).filter((question, index, all) => question !== '' && all.indexOf(question) === index))}`,
              tone: 'muted' as const,
            },
          ]),
    ],
  }
}
