import { type CostStack, costStacks } from '../../analysis/cost-stack.ts'
import { differenceOf, type Micro } from '../../results/micro.ts'
import type { Results } from '../../results/results.ts'
import { costGroupOf } from '../groups/contenders.ts'
import { groupsOf, ranked } from '../groups/group.ts'
import type { PartId, StackChart } from '../model.ts'
import { roundsOf } from '../words/phrases.ts'
import { chartRows } from './rows.ts'

const PART_NAMES: Readonly<Record<PartId, string>> = {
  http: 'HTTP',
  verify: 'verification',
  client: 'Redis client',
  redis: 'Redis',
  auth: 'auth server',
  rest: 'unexplained',
}

/** The cheapest first. Empty where the two measurements do not belong together, or the run has no costs. */
export function stacksOf(results: Results, micro: Micro): readonly CostStack[] {
  const group = costGroupOf(groupsOf(results))
  if (group === null || stackHindrance(results, micro) !== null) return []
  const stacks = new Map(
    costStacks(results, micro, { scenario: group.scenario.id, params: group.params }).map((stack) => [
      stack.strategy.id,
      stack,
    ]),
  )
  return ranked(group, group.strategies, ({ id }) => stacks.get(id)?.total.value).flatMap(
    ({ id }) => stacks.get(id) ?? [],
  )
}

export const stackHindrance = ({ environment, config }: Results, micro: Micro): string | null =>
  differenceOf(
    { environment: micro.environment, extraClaims: micro.run.extraClaims },
    { environment, extraClaims: config.extraClaims },
  )

export function stackChart(stacks: readonly CostStack[]): StackChart | null {
  if (stacks.length === 0) return null
  const used = new Set(stacks.flatMap(({ parts }) => parts.map(({ id }) => id)))
  const ids: readonly PartId[] = ['http', 'verify', 'client', 'redis', 'auth', 'rest']
  return {
    kind: 'stack',
    id: 'stack',
    title: 'Where the CPU of one request goes',
    description:
      'CPU of all processes per request, in parts that add up to it. HTTP: the server without authentication. Unexplained: the total less the parts; below zero, the parts add up to more than the total.',
    unit: 'us/req',
    rounds: roundsOf(stacks.map(({ total }) => total)),
    parts: ids.filter((id) => used.has(id)).map((id) => ({ id, name: PART_NAMES[id] })),
    rows: chartRows(
      stacks.map(({ strategy }) => strategy),
      ({ id }) => {
        const stack = stacks.find(({ strategy }) => strategy.id === id)
        return stack === undefined ? null : { parts: stack.parts, total: stack.total }
      },
    ),
  }
}
