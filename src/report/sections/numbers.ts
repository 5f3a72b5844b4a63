import type { Results } from '../../results/results.ts'
import { contendersOf, costGroupOf } from '../groups/contenders.ts'
import { isGrouped } from '../groups/families.ts'
import { firstWorlds, type Group, groupsOf } from '../groups/group.ts'
import { kneeSentence, loadCurvesOf } from '../groups/load-curve.ts'
import type { Block, Section } from '../model.ts'
import { answerOf } from '../words/cost-answer.ts'
import { rateAnswer, waitingAnswer } from '../words/load-answer.ts'
import { namesWinner } from '../words/phrases.ts'
import { familyTable } from './family-table.ts'

interface Answer {
  readonly heading: string
  readonly paragraphs: readonly string[]
}

/** Cost once, then what each kind of load is there to tell; the points of an open loop share a heading. Of many strategies, the highest load. */
export function answersOf(results: Results, groups: readonly Group[]): readonly Answer[] {
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

/** What the answer rests on, with intervals. Null: the run has no answer. */
export function numbersSection(results: Results): Section | null {
  const groups = firstWorlds(groupsOf(results))
  const costGroup = costGroupOf(groups)
  const answers = answersOf(results, groups).flatMap(({ heading, paragraphs }): readonly Block[] => [
    ...(groups.length > 1 ? [{ kind: 'heading' as const, text: heading }] : []),
    ...paragraphs.map((text) => ({ kind: 'text' as const, text, tone: 'plain' as const })),
  ])
  if (answers.length === 0) return null
  return {
    id: 'numbers',
    title: 'In numbers',
    blocks: [...answers, ...(costGroup === null ? [] : familyTable(costGroup, true))],
  }
}
