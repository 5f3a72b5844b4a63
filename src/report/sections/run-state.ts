import type { ExperimentResult } from '../../results/experiment.ts'
import { MINIMUM_ROUNDS } from '../../results/minimum-rounds.ts'
import type { Results, RunVerdict } from '../../results/results.ts'
import { formatChange, formatCount, formatDuration, formatInstant } from '../../units.ts'
import { worldText } from '../../worlds/words.ts'
import { USUAL_WORLD } from '../../worlds/world.ts'
import type { Group } from '../groups/group.ts'
import type { Block, Tone } from '../model.ts'
import { bandRange, sentence } from '../words/phrases.ts'

export const VERDICTS: Readonly<
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
export function notice({ validity, run }: Results): readonly Block[] {
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

function trialsOf(experiments: readonly ExperimentResult[]): string {
  const trials = experiments.reduce((sum, each) => sum + each.trials, 0)
  const lost = experiments.reduce((sum, each) => sum + each.void, 0)
  return [formatCount(trials, 'trial'), ...(lost === 0 ? [] : [`${lost} void`])].join(', ')
}

const STATES = ['invalid', 'failed', 'interrupted'] as const

/** Attempts that were the last. */
const lostStates = (cells: Results['validity']['cells']) =>
  STATES.map(
    (state) => [state, cells[state] - (state === 'invalid' ? (cells.repeated ?? 0) : 0)] as const,
  ).filter(([, lost]) => lost > 0)

/** Whether the run can be trusted, how noisy what the table is about was, and when and where it was made: one line. */
export function badge(results: Results, group: Group | undefined): Block {
  const { run, validity, config, environment, noise, scenarios, experiments = [] } = results
  const { text, tone } = VERDICTS[validity.verdict]
  const world = worldText(config.world ?? USUAL_WORLD)
  const [metric, name] =
    config.timed === false ? ['memory.allocated', 'allocation'] : ['cpu.server', 'server CPU']
  const band = bandRange(group?.comparisons ?? results.comparisons, metric)
  const aa = noise[metric]
  const took = formatDuration(Date.parse(run.finishedAt) - Date.parse(run.startedAt))
  return {
    kind: 'text',
    tone: tone === 'good' && lostStates(validity.cells).length > 0 ? 'warn' : tone,
    text: [
      `Run ${text}`,
      ...(scenarios.length === 0
        ? []
        : [
            band !== null
              ? `noise ${band.text} of ${name}`
              : aa === undefined
                ? 'noise unknown'
                : `A/A ${formatChange(aa)}`,
            ...(world === null ? [] : [`world: ${world}`]),
            formatCount(config.rounds, 'round'),
            ...lostStates(validity.cells).map(([state, lost]) => `${formatCount(lost, 'cell')} ${state}`),
          ]),
      ...(scenarios.length > 0 || experiments.length === 0 ? [] : [trialsOf(experiments)]),
      `${formatInstant(run.startedAt)}, ${took}`,
      `${formatCount(environment.cores, 'core')} of ${environment.cpu}`,
      ...(environment.redisOrigin === 'own' && !config.world?.storeRttMs
        ? ['Redis on the same machine']
        : []),
    ].join(' · '),
  }
}
