import type { Params } from '../../src/results/cell.ts'
import type { RunConfig } from '../../src/results/results.ts'
import type { StrategyInfo } from '../../src/results/strategy-info.ts'
import { isSameWorld, USUAL_WORLD, type World, worldWith } from '../../src/worlds/world.ts'
import type { Scenario } from '../scenarios/scenario.ts'
import { attempt, isGoing, type Lane, type RoundContext } from './lane.ts'
import { probeLane } from './probe-lane.ts'

/** Of all points that say nothing else. */
export const worldOfRun = ({ config }: Pick<RoundContext, 'config'>): World => config.world ?? USUAL_WORLD

export const worldAt = (params: Params, context: Pick<RoundContext, 'config' | 'scenario'>): World =>
  worldWith(worldOfRun(context), context.scenario.world?.(params) ?? {})

/** Whether servers of strategies that keep nothing there ask Redis as well. */
export const asksRedisForRows = (config: RunConfig, scenarios: readonly Scenario[]): boolean =>
  scenarios.some((scenario) =>
    scenario.params.some((params) => worldAt(params, { config, scenario }).handler.rows === 'redis'),
  )

/** Whether anything lies between the processes of the run. */
export const layProxies = (config: RunConfig, scenarios: readonly Scenario[]): boolean =>
  scenarios.some((scenario) =>
    scenario.params.some((params) => {
      const { storeRttMs, link } = worldAt(params, { config, scenario })
      return storeRttMs > 0 || link !== null
    }),
  )

/** In a world whose handler asks Redis every server does. */
export const infoIn = (info: StrategyInfo, { handler }: World): StrategyInfo =>
  handler.rows === 'redis' && !info.needs.includes('redis')
    ? { ...info, needs: [...info.needs, 'redis'] }
    : info

/**
 * Servers go on into another world as they are: the same processes, warm, so that points differ in their world and in nothing else. None of
 * them may be loaded meanwhile.
 * @returns those that were in another one before
 */
export async function enterWorld(
  world: World,
  lanes: readonly Lane[],
  context: RoundContext,
): Promise<readonly Lane[]> {
  const movers = lanes.filter((lane) => isGoing(lane, context) && !isSameWorld(lane.world, world))
  for (const lane of movers) {
    await attempt(lane, context.signal, async () => {
      lane.origin = (await lane.server?.enter(world))?.origin ?? null
      lane.world = world
      lane.probeHere = await probeLane(lane, context)
    })
  }
  return movers
}

/** Whether the server lets nobody in here whom it let in at its start: then its answer is the result. */
export function refusesHere({ world, probe, probeHere }: Lane, { scenario }: RoundContext): boolean {
  if (world.roles === null || probe === null || probeHere === null) return false
  return probe.ownStatus === scenario.expectStatus && probeHere.ownStatus >= 400 && probeHere.ownStatus < 500
}
