import { MINIMUM_ROUNDS } from '../../results/minimum-rounds.ts'
import type { MetricInfo, Results } from '../../results/results.ts'
import type { StrategyInfo } from '../../results/strategy-info.ts'
import { formatList } from '../../units.ts'
import { costGroupOf } from '../groups/contenders.ts'
import { familiesOf, familyTitle, isGrouped } from '../groups/families.ts'
import { againstBaseline, firstWorlds, type Group, groupsOf, subjectsOf } from '../groups/group.ts'
import { type Ranking, rankableMetrics, rankingOf } from '../groups/tiers.ts'
import { type Block, type Section, textCell } from '../model.ts'
import { bandText, NOT_COMPARED, roundsOf } from '../words/phrases.ts'

/** More pairs than this are counted, not listed; the data files have them all. */
const LISTED_PAIRS = 12

const COLUMNS = [
  { title: 'more', verdicts: ['worse', 'better'] },
  { title: 'less', verdicts: ['better', 'worse'] },
  { title: 'the same (counted)', verdicts: ['equal', 'equal'] },
  { title: 'not shown', verdicts: ['unsure', 'unsure'] },
  { title: 'too few rounds', verdicts: ['not judged', 'not judged'] },
] as const

/** `verdict` says what is good; a reader wants to know which way the number moved. */
const verdictFor = (metric: MetricInfo, column: (typeof COLUMNS)[number]) =>
  column.verdicts[metric.better === 'lower' ? 0 : 1]

/** `all 8 of “Sessions”; a; b`, where there are many. */
const familiesText = (some: readonly StrategyInfo[], all: readonly StrategyInfo[]): string =>
  familiesOf(some)
    .flatMap(({ title, members }) => {
      const whole = all.filter((strategy) => familyTitle(strategy) === title).length
      return members.length === whole && whole > 1
        ? [`all ${whole} of “${title}”`]
        : members.map((strategy) => strategy.title)
    })
    .join('; ')

/** `all 7`, `all but a` or the titles, whichever is shortest to read. */
function titlesOf(some: readonly StrategyInfo[], all: readonly StrategyInfo[]): string {
  const others = all.filter((strategy) => !some.includes(strategy))
  if (all.length > 2 && others.length === 0) return `all ${all.length}`
  if (some.length > 3 && others.length < 3) return `all but ${formatList(others.map(({ title }) => title))}`
  const titles = some.map(({ title }) => title).join('; ')
  if (!isGrouped(all)) return titles
  const exceptions = `all but ${familiesText(others, all)}`
  return [familiesText(some, all), exceptions].reduce((a, b) => (b.length < a.length ? b : a), titles)
}

/** The band that judges, of the metric that matters most. */
function bandNote(group: Group): string {
  const metric = group.metrics.find(({ id }) => bandText(group.comparisons, id) !== null)
  const { primary } = group
  const shown = primary !== null && bandText(group.comparisons, primary.id) !== null ? primary : metric
  const noise = shown === undefined ? null : bandText(group.comparisons, shown.id)
  return shown === undefined || noise === null
    ? 'The run has no A/A interval, so no difference in time counts.'
    : `A difference counts when its whole interval lies outside the noise of its metric, which is ${noise} for ${shown.title}. The noise is the larger end of the A/A interval, taken both ways.`
}

/** @param metrics of the group */
function baselineTable(group: Group, metrics: readonly MetricInfo[]): Block | null {
  const subjects = subjectsOf(group)
  const rows = metrics.flatMap((metric) => {
    const compared = subjects.flatMap((strategy) => {
      const comparison = againstBaseline(group, strategy.id, metric.id)
      return comparison === null ? [] : [{ strategy, comparison }]
    })
    if (compared.length === 0 || compared.every(({ comparison }) => comparison.verdict === 'not judged'))
      return []
    const cells = COLUMNS.map((column) => {
      const here = compared.filter(({ comparison }) => comparison.verdict === verdictFor(metric, column))
      if (here.length === 0) return textCell('–', 'muted')
      return textCell(
        titlesOf(
          here.map(({ strategy }) => strategy),
          compared.map(({ strategy }) => strategy),
        ),
      )
    })
    return [[textCell(metric.title), ...cells]]
  })
  if (rows.length === 0 || group.baseline === null) return null
  const used = [true, ...COLUMNS.map((_, index) => rows.some((row) => row[index + 1]?.tone !== 'muted'))]
  return {
    kind: 'table',
    table: {
      caption: `Against “${group.baseline.title}”`,
      columns: ['Metric', ...COLUMNS.map(({ title }) => title)]
        .filter((_, index) => used[index])
        .map((title) => ({ title, unit: null })),
      rows: rows.map((row) => row.filter((_, index) => used[index])),
      note: bandNote(group),
    },
  }
}

/** One row per metric: `1. a  2. b; c`. */
function tiersTable(rankings: readonly Ranking[]): Block {
  const tierText = (tier: Ranking['tiers'][number], index: number) =>
    `${index + 1}. ${tier.map(({ strategy }) => strategy.title).join('; ')}`
  return {
    kind: 'table',
    table: {
      caption: 'Ranking in tiers, best first',
      columns: ['Metric', 'Tiers'].map((title) => ({ title, unit: null })),
      rows: rankings.map(({ metric, tiers }) => [
        textCell(metric.title),
        textCell(tiers.map(tierText).join(' › ')),
      ]),
      note:
        `${roundsOf(rankings.flatMap(({ tiers }) => tiers.flat().map(({ estimate }) => estimate)))}. ` +
        'Everything in a tier is shown to be better than everything in the tiers after it.',
    },
  }
}

/** `throughput: a and b; c and d`, one item per metric. */
function unshownPairs(rankings: readonly Ranking[]): readonly Block[] {
  const items = rankings.flatMap(({ metric, unshown }) => {
    if (unshown.length === 0) return []
    const words = unshown
      .slice(0, LISTED_PAIRS)
      .map(({ first, second }) => `${first.title} and ${second.title}`)
    const more = unshown.length - words.length
    return [
      `${metric.title}: ${words.join('; ')}${more > 0 ? `; and ${more} more pairs, see results.json` : ''}.`,
    ]
  })
  return items.length === 0 ? [] : [{ kind: 'list', title: 'No difference was shown between', items }]
}

function rankingBlocks(rankings: readonly Ranking[]): readonly Block[] {
  const pairs = unshownPairs(rankings)
  return [
    ...(rankings.length === 0 ? [] : [tiersTable(rankings)]),
    ...(pairs.length === 0
      ? []
      : [{ kind: 'folded' as const, title: 'Pairs without a shown difference', open: false, blocks: pairs }]),
  ]
}

export function differencesSection(results: Results): Section | null {
  if (results.scenarios.length === 0) return null
  const groups = firstWorlds(groupsOf(results))
  const judged = groups.filter((group) => group.judged)
  if (judged.length === 0) {
    const text =
      results.validity.verdict === 'invalid'
        ? 'The run is invalid, so no difference is called shown.'
        : groups.length > 0 && groups.every(({ scenario }) => !scenario.compared)
          ? NOT_COMPARED
          : `No difference was judged: that takes at least ${MINIMUM_ROUNDS} rounds in common.`
    return {
      id: 'differences',
      title: 'What is shown, and what is not',
      blocks: [{ kind: 'text', text, tone: 'plain' }],
    }
  }
  const costGroup = costGroupOf(groups)
  const blocks = judged.flatMap((group): readonly Block[] => {
    // Sizes and counts are the same under every load.
    const isOwn = ({ exact }: MetricInfo) => !exact || group.kind === 'closed' || group === costGroup
    const table = baselineTable(group, group.metrics.filter(isOwn))
    const rankings = rankableMetrics(group).map((metric) => rankingOf(group, metric))
    return [
      ...(groups.length > 1 ? [{ kind: 'heading' as const, text: group.title }] : []),
      ...(table === null ? [] : [table]),
      ...rankingBlocks(rankings),
    ]
  })
  return blocks.length === 0 ? null : { id: 'differences', title: 'What is shown, and what is not', blocks }
}
