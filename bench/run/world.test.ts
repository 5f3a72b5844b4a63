import { describe, expect, it } from 'vitest'
import { STRATEGIES } from '../../servers/registry.ts'
import { type Options, resolveConfig } from '../../src/plan/config.ts'
import { cellSchema, isRefused } from '../../src/results/cell.ts'
import { linkNamed } from '../../src/worlds/links.ts'
import { USUAL_WORLD, type World, worldWith } from '../../src/worlds/world.ts'
import { SCENARIOS } from '../scenarios/registry.ts'
import { type FakeBench, fakeBench } from '../testing/fake-bench.ts'
import { addressed } from './lane.ts'
import { runAll } from './runner.ts'
import { asksRedisForRows } from './world.ts'

const IDS = ['none', 'session-redis', 'jwt-hs256-fast'] as const

async function measure(scenario: string, options: Options = {}, bench: FakeBench = fakeBench()) {
  const strategies = IDS.map((id) => STRATEGIES[id])
  const config = resolveConfig(
    { rounds: 1, profile: 'smoke', scenarios: [scenario], ...options },
    { strategies: IDS, scenarios: [scenario] },
    { profile: 'quick', seed: 1, extraClaims: [] },
  )
  const scenarios = SCENARIOS.filter(({ id }) => id === scenario)
  const { cells } = await runAll(
    { config, strategies, scenarios, keyPrefix: 'authbench:test:' },
    { bench, signal: new AbortController().signal, listener: () => undefined, keep: () => undefined },
  )
  for (const cell of cells) expect(() => cellSchema.parse(cell)).not.toThrow()
  /** What one server went through, without repetitions; what it is asked about itself is left out. */
  const wayOf = (key: string) =>
    bench.journal
      .filter((line) => line.split(' ').includes(key) && !line.startsWith('ask '))
      .filter((line, index, all) => line !== all[index - 1])
  const asksRedis = asksRedisForRows(config, scenarios)
  return { cells, wayOf, asksRedis }
}

const entered = (world: World) => `enter session-redis ${JSON.stringify(world)}`
const within = (part: Parameters<typeof worldWith>[1]) => entered(worldWith(USUAL_WORLD, part))

it('whoever asks a server is told of the link that lies between', () => {
  const link = linkNamed('edge')
  if (link === null) throw new Error('there is no edge')
  const lane = { server: null, origin: null, world: worldWith(USUAL_WORLD, { link }) }
  expect(addressed(lane).link).toEqual(link)
  expect(addressed({ ...lane, world: USUAL_WORLD })).not.toHaveProperty('link')
})

describe('a point that is a world', () => {
  it('is entered by the same process, which is warmed up in it; the usual one needs no entering', async () => {
    const { wayOf, cells } = await measure('handler-work')
    expect(wayOf('session-redis').slice(0, 9)).toEqual([
      'start session-redis',
      'warm up session-redis',
      'slice session-redis',
      within({ handler: { waitMs: 1 } }),
      'warm up session-redis',
      'slice session-redis',
      within({ handler: { waitMs: 5 } }),
      'warm up session-redis',
      'slice session-redis',
    ])
    expect(wayOf('session-redis').filter((line) => line.startsWith('start'))).toHaveLength(1)
    // Strategies and the twin, at every point.
    expect(cells.filter(({ state }) => state === 'completed')).toHaveLength(4 * 9)
  })

  it('keeps what the run says of the rest of its world', async () => {
    const { wayOf } = await measure('handler-work', { roles: 3 })
    expect(wayOf('session-redis')).toContain(within({ roles: 3 }))
    expect(wayOf('session-redis')).toContain(within({ roles: 3, handler: { waitMs: 5 } }))
  })

  it('lets every server ask Redis where rows are there', async () => {
    expect((await measure('handler-work')).asksRedis).toBe(true)
    expect((await measure('verify', { handlerRow: 'redis' })).asksRedis).toBe(true)
    expect((await measure('verify')).asksRedis).toBe(false)
  })
})

describe('the world of a run', () => {
  it('is that of every scenario, and of what each server serves in an open loop', async () => {
    const { wayOf } = await measure('iso-load', { handlerWait: 5 })
    expect(wayOf('session-redis')).toEqual([
      'start session-redis',
      'warm up session-redis',
      within({ handler: { waitMs: 5 } }),
      'warm up session-redis',
      'slice session-redis',
      'stop session-redis',
    ])
  })
})

it('a run with TLS is in its world from the start: no server moves, none is warmed up again', async () => {
  const { wayOf } = await measure('verify', { tls: true })
  expect(wayOf('session-redis')).toEqual([
    'start session-redis',
    'warm up session-redis',
    'slice session-redis',
    'stop session-redis',
  ])
})

describe('credentials that are too large for a server', () => {
  const tooLarge = () => fakeBench({ servers: { 'jwt-hs256-fast': { cpuUs: 50, mostRoles: 200 } } })

  it('are a result of that point, and the others are measured', async () => {
    const { cells } = await measure('claims-size', {}, tooLarge())
    const refused = cells.filter(isRefused)
    expect(refused.map(({ strategy, params }) => [strategy, params])).toEqual([
      ['jwt-hs256-fast', { roles: 400 }],
      ['jwt-hs256-fast', { roles: 600 }],
    ])
    expect(refused[0]).toMatchObject({ refusal: { ownStatus: 431 } })
    expect(cells.filter(({ state }) => state === 'completed')).toHaveLength(4 * 7 - 2)
  })

  it('are the result of every scenario where the run has such claims', async () => {
    for (const scenario of ['verify', 'iso-load', 'slo']) {
      const { cells } = await measure(scenario, { roles: 300 }, tooLarge())
      expect(cells.filter(isRefused).map(({ strategy }) => strategy)).toContain('jwt-hs256-fast')
      expect(cells.filter((cell) => !isRefused(cell) && cell.state !== 'completed')).toEqual([])
    }
  })

  it('are no excuse for a server that lets nobody in at all', async () => {
    const bench = fakeBench({ servers: { 'jwt-hs256-fast': { cpuUs: 50, status: 401 } } })
    const { cells } = await measure('claims-size', {}, bench)
    expect(cells.filter(isRefused)).toEqual([])
    expect(cells.filter(({ state }) => state === 'invalid').length).toBeGreaterThan(0)
  })
})
