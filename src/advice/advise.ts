// In this folder: from wishes and the facts of a run to the strategies that are left, and why the others are not. A report's page runs the
// same: what it runs is one function a file, which refers to its arguments only.

import { amountText } from './amounts.ts'
import { type Described, describe } from './described.ts'
import { type Relation, relationOf } from './dominance.ts'
import type { Facts } from './facts/facts.ts'
import { outlookOf } from './outlook.ts'
import { type Unmet, unmetWishes } from './unmet-wishes.ts'
import type { Wishes, WishId } from './wishes.ts'

interface Subject {
  readonly id: string
  readonly title: string
}
export interface Named extends Subject, Described {
  /** In what it is ahead of all others that are left. */
  readonly because: readonly string[]
}
export interface Advice {
  /** Three at most. */
  readonly named: readonly Named[]
  /** All that meet every wish and are dominated by none. */
  readonly left: readonly Subject[]
  readonly ruledOut: readonly (Subject & { readonly unmet: readonly Unmet[] })[]
  /** They meet every wish; `by` is shown to be better in `text`, and worse in nothing. */
  readonly dominated: readonly (Subject & { readonly by: Subject; readonly text: string })[]
  /** Where nobody is left: the wishes that alone keep somebody out. */
  readonly inTheWay: readonly { readonly wish: WishId; readonly of: readonly Subject[] }[]
  readonly notes: readonly string[]
}

/** What `advise` is made of; a page brings the same. */
export const PARTS = { amountText, outlookOf, unmetWishes, relationOf, describe }

/**
 * The strategies that meet every wish and that no other outdoes, and what became of the rest.
 * The same, whatever the order of the strategies.
 * Runs inside of a report's page as well: it may refer to its arguments only.
 */
export function advise(facts: Facts, wishes: Wishes, parts: typeof PARTS): Advice {
  const byId = (a: Subject, b: Subject) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
  const entrants = facts.strategies
    .map((strategy) => ({ facts: strategy, outlook: parts.outlookOf(strategy, wishes, facts) }))
    .sort((a, b) => byId(a.facts, b.facts))
  type Entrant = (typeof entrants)[number]
  const subject = ({ facts: { id, title } }: Entrant): Subject => ({ id, title })

  const judged = entrants.map((entrant) => ({
    entrant,
    unmet: parts.unmetWishes(entrant.facts, entrant.outlook, wishes, facts, parts.amountText),
  }))
  const ruledOut = judged
    .filter(({ unmet }) => unmet.length > 0)
    .map(({ entrant, unmet }) => ({ ...subject(entrant), unmet }))
  const fitting = judged.filter(({ unmet }) => unmet.length === 0).map(({ entrant }) => entrant)

  const key = (of: string, than: string) => JSON.stringify([of, than])
  const pairs = new Map(facts.differences.map((pair) => [key(pair.of, pair.than), pair]))
  const turned = <Kind extends { readonly low: number; readonly high: number; readonly noise: number }>(
    difference: Kind | null,
  ) =>
    difference === null ? null : { low: -difference.high, high: -difference.low, noise: difference.noise }
  const relation = (one: Entrant, other: Entrant): Relation => {
    const straight = pairs.get(key(one.facts.id, other.facts.id))
    const reverse = pairs.get(key(other.facts.id, one.facts.id))
    return parts.relationOf(
      one,
      other,
      straight ?? { cpu: turned(reverse?.cpu ?? null), p50: turned(reverse?.p50 ?? null) },
    )
  }
  const COSTS = ['cpu', 'latency', 'bytes', 'memory'] as const
  const WORDS = { cpu: 'CPU', latency: 'p50', bytes: 'request bytes', memory: 'store memory' }
  const gains = (one: Entrant, other: Entrant): readonly string[] => {
    const standings = relation(one, other)
    const loses = COSTS.some((cost) => standings[cost] === 'worse' || standings[cost] === 'unknown')
    return loses ? [] : COSTS.filter((cost) => standings[cost] === 'better').map((cost) => WORDS[cost])
  }

  const infinite = Number.POSITIVE_INFINITY
  const cpu = ({ outlook }: Entrant) => (outlook.cpuIsWhole ? (outlook.cpuUs ?? infinite) : infinite)
  const least =
    (...costs: readonly ((entrant: Entrant) => number)[]) =>
    (a: Entrant, b: Entrant) => {
      const cost = costs.find((each) => each(a) !== each(b))
      return cost === undefined ? byId(a.facts, b.facts) : cost(a) - cost(b)
    }
  const beaten = fitting.map((entrant) => ({
    entrant,
    by: fitting.filter((other) => gains(other, entrant).length > 0).sort(least(cpu)),
  }))
  // Shown differences need not add up: who is outdone only in a circle is left.
  const top = beaten.filter(({ by }) => by.length === 0).map(({ entrant }) => entrant)
  const outdone = new Set(top)
  for (const best of outdone)
    for (const { entrant, by } of beaten) if (by.includes(best)) outdone.add(entrant)
  const isLeft = ({ entrant }: (typeof beaten)[number]) => top.includes(entrant) || !outdone.has(entrant)
  const left = beaten.filter(isLeft).map(({ entrant }) => entrant)
  const dominated = beaten
    .filter((each) => !isLeft(each))
    .flatMap(({ entrant, by }) => {
      const best = by.find((each) => left.includes(each)) ?? by[0]
      return best === undefined
        ? []
        : [{ ...subject(entrant), by: subject(best), text: gains(best, entrant).join(', ') }]
    })

  const p50 = ({ outlook }: Entrant) => (outlook.p50IsWhole ? (outlook.p50Ms ?? infinite) : infinite)
  const bytes = ({ outlook }: Entrant) => outlook.headBytes ?? infinite
  const memory = ({ facts: { keeps } }: Entrant) => (keeps === null ? 0 : 1)
  const chosen: Entrant[] = []
  for (const costs of [[cpu], [p50, cpu], [bytes, cpu], [memory, cpu]]) {
    const [first] = left.toSorted(least(...costs))
    const isAhead = first !== undefined && costs[0] !== undefined && costs[0](first) < infinite
    const tied = chosen.some((each) => first !== undefined && costs[0]?.(each) === costs[0]?.(first))
    if (isAhead && !tied && !chosen.includes(first)) chosen.push(first)
  }
  // Of many that are left only who is ahead in something; nobody has to be named to fill three places.
  const behind = (entrant: Entrant) => (chosen.includes(entrant) ? 0 : 1)
  const named = (left.length <= 3 ? [...left] : chosen.slice(0, 3)).sort(least(behind, cpu, p50))

  const AHEAD = {
    cpu: 'least CPU',
    latency: 'shortest p50',
    bytes: 'smallest requests',
    memory: 'least in a store',
  }
  /** What is counted can be the same; what is timed is only not told apart. */
  const alike = (cost: (typeof COSTS)[number], [first, ...more]: readonly string[]) =>
    first === undefined
      ? ''
      : ` (${cost === 'cpu' || cost === 'latency' ? 'not told apart from' : 'as'} ${first}${more.length === 0 ? '' : ` and ${more.length} more`})`
  const because = (entrant: Entrant): readonly string[] => {
    const others = left.filter((other) => other !== entrant)
    if (others.length === 0)
      return [fitting.length > 1 ? 'outdoes all others that will do' : 'the only one that will do']
    const ahead: string[] = []
    const open: string[] = []
    for (const cost of COSTS) {
      const standings = others.map((other) => relation(entrant, other)[cost])
      const shared = others
        .filter((_, index) => standings[index] === 'same')
        .map(({ facts: { title } }) => title)
      if (standings.includes('unknown')) open.push(WORDS[cost])
      else if (!standings.includes('worse') && shared.length < others.length)
        ahead.push(AHEAD[cost] + alike(cost, shared))
    }
    if (ahead.length > 0) return ahead
    return open.length === 0
      ? ['no worse than the others']
      : [`ahead in nothing; stays because its ${open.join(', ')} could not be compared`]
  }
  const alone = ruledOut.flatMap(({ id, title, unmet: [first, ...more] }) =>
    first === undefined || more.some(({ wish }) => wish !== first.wish)
      ? []
      : [{ wish: first.wish, id, title }],
  )
  const inTheWay = [...new Set(alone.map(({ wish }) => wish))].map((wish) => ({
    wish,
    of: alone.filter((each) => each.wish === wish).map(({ id, title }) => ({ id, title })),
  }))
  return {
    named: named.map((entrant) => ({
      ...subject(entrant),
      because: because(entrant),
      ...parts.describe(entrant.facts, entrant.outlook, wishes, facts, parts.amountText),
    })),
    left: left.map(subject),
    ruledOut,
    dominated,
    inTheWay: left.length > 0 ? [] : inTheWay,
    notes: facts.notes,
  }
}
