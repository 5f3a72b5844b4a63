import { expect, test } from 'vitest'
import type { Options } from '../../src/plan/config.ts'
import { EXPERIMENT_RUNS } from '../experiments/registry.ts'
import { planRun } from './plan-run.ts'

const plan = async (options: Options) => {
  const planned = await planRun({ seed: 1, ...options }, false, new AbortController().signal)
  if (planned === null) throw new Error('it was interrupted')
  return planned
}
const JWT_ALONE = ['jwt-hs256-fast']

test.each(['article', 'full'])(
  'the profile %s leaves out experiments that are about none of the named strategies, and says which',
  async (profile) => {
    const { experiments, leftOut, config } = await plan({ profile, strategies: JWT_ALONE })
    const ids = experiments.map(({ meaning }) => meaning.id)
    expect(leftOut).toContain('outage')
    expect(ids).toContain('headers')
    expect([...ids, ...leftOut].sort()).toEqual(Object.keys(EXPERIMENT_RUNS).sort())
    expect(config.experiments).toEqual(ids)
  },
)

test('no distance is laid in front of a cluster, which would be left at its first answer', async () => {
  for (const redis of ['cluster', 'redis+cluster://127.0.0.1:7000'])
    for (const options of [
      { scenarios: ['verify', 'store-distance'] },
      { scenarios: ['verify'], storeRtt: 5 },
    ])
      await expect(plan({ strategies: ['session-redis'], redis, ...options })).rejects.toMatchObject({
        code: 'DISTANCE_TO_CLUSTER',
        exitCode: 2,
      })
  await expect(
    plan({ scenarios: ['verify'], strategies: ['session-redis'], redis: 'cluster' }),
  ).resolves.toBeDefined()
})

test('an experiment that is named, and about none of the named strategies, is a mistake', async () => {
  await expect(plan({ scenarios: ['outage', 'headers'], strategies: JWT_ALONE })).rejects.toMatchObject({
    code: 'SCENARIO_NOT_APPLICABLE',
  })
})
