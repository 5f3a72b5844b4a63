import { expect, it } from 'vitest'
import { widthOf } from '../../src/report/terminal/width.ts'
import { fakeExperiment } from '../../src/testing/fake-experiment.ts'
import { fakeResults } from '../../src/testing/fake-results.ts'
import { hostileStrategies, manyStrategies } from '../../src/testing/fake-strategies.ts'
import { USUAL_WORLD } from '../../src/worlds/world.ts'
import { commandOnRun } from '../testing/command-on-run.ts'

const { say: capacity, stored } = commandOnRun('capacity')
const LOAD = '--requests 50000 --users 1000000 --ttl 900 --regions 2'.split(' ')

it('prints what each strategy needs, with intervals, and where every number is from', async () => {
  const { code, stdout, stderr } = await capacity(...LOAD, ...stored(fakeResults()))
  expect(stderr).toBe('')
  expect(code).toBe(0)
  expect(stdout).toMatch(/^Session in Redis +[\d.]+ \[[\d.]+, [\d.]+\]/m)
  expect(stdout).toMatch(/Requests per second +50,000 +yours/)
  expect(stdout).toMatch(/Planned use of a core +60 % +default/)
  expect(stdout).toMatch(/Regions +2 +yours/)
  expect(stdout).toContain('What one request takes, measured')
  expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
    'assumed, not measured: run `authbench run --scenarios verify,scale-out`',
  )
  expect(stdout).not.toContain('NOT THIS MACHINE')
})

it.each([
  ['the usual', fakeResults()],
  ['35 strategies', fakeResults({ strategies: manyStrategies() })],
  ['titles from outside', fakeResults({ strategies: hostileStrategies() })],
])('fits 100 columns: %s', async (_name, results) => {
  const { stdout } = await capacity(...LOAD, ...stored(results))
  expect(Math.max(...stdout.split('\n').map(widthOf))).toBeLessThanOrEqual(100)
  for (const bad of ['\u001b', '\u202e', 'NaN', 'undefined']) expect(stdout).not.toContain(bad)
})

it('says what world the numbers are of, and which the user named though it is the default', async () => {
  const run = fakeResults()
  const tls = { ...run, config: { ...run.config, world: { ...USUAL_WORLD, tls: true } } }
  const { stdout } = await capacity('--requests', '10', '--utilisation', '60%', ...stored(tls))
  expect(stdout).toMatch(/In the run .*TLS/)
  expect(stdout).not.toContain('your handler, TLS')
  expect(stdout).toMatch(/Planned use of a core +60 % +yours/)
})

it('gives programs the same numbers', async () => {
  const { stdout } = await capacity(...LOAD, ...stored(fakeResults()), '--json')
  const { schema, inputs, needs } = JSON.parse(stdout)
  expect(schema).toBe('authbench/capacity@1')
  expect(inputs).toEqual({
    requestsPerSecond: 50_000,
    users: 1e6,
    ttlSeconds: 900,
    regions: 2,
    utilisation: 0.6,
  })
  expect(needs.map(({ id }: { id: string }) => id)).toContain('session-redis')
})

it.each([
  [[], /--requests: how many requests a second is missing/],
  [['--requests', 'many'], /--requests: “many” is no number/],
  [['--requests', '1', '--regions', '0'], /--regions/],
])('refuses %j with what is wrong', async (args, message) => {
  const { code, stderr } = await capacity(...args, ...stored(fakeResults()))
  expect(code).toBe(2)
  expect(stderr).toMatch(message)
})

it('says nothing from a run that has too few rounds or is invalid', async () => {
  const { code, stderr } = await capacity(...LOAD, ...stored(fakeResults({ rounds: 3 })))
  expect(code).toBe(3)
  expect(stderr).toMatch(
    /3 rounds, and says nothing of a load: an interval needs 6 \[CAPACITY_ROUNDS_TOO_FEW\]/,
  )
})

it.each([
  [
    1,
    [98, 101, 104],
    /is 101\.0 % \[98\.0, 104\.0\] of that at 1\. No difference is shown; beyond 4 it is assumed\./,
  ],
  [
    1,
    [108, 112, 116],
    /is 112\.0 % \[108\.0, 116\.0\] of that at 1\. Whether cores grow in proportion is not shown by it, and assumed\./,
  ],
  [
    4,
    [108, 112, 116],
    /is 112\.0 % \[108\.0, 116\.0\] of that at 1\. So cores do not grow in proportion: with what a request takes at 4 it is [\d.,]+ cores \[[^\]]+\] of servers, not [\d.,]+ cores \[/,
  ],
] as const)(
  'says what was measured of servers side by side on %i cores: %j',
  async (cores, [low, value, high], sentence) => {
    const figure = {
      id: 'cpu-of-one',
      title: '',
      subject: 'session-redis',
      label: '',
      params: { instances: 4, cores },
      unit: '%',
      estimate: { value, low, high, rounds: 8 },
    }
    const run = { ...fakeResults(), experiments: [fakeExperiment('scale-out', [figure])] }
    const { stdout } = await capacity(...LOAD, ...stored(run))
    const text = stdout.replaceAll(/\s+/g, ' ')
    expect(text).toMatch(sentence)
    expect(text.includes('Instances took turns on a core in that measurement')).toBe(cores < 4)
    expect(Math.max(...stdout.split('\n').map(widthOf))).toBeLessThanOrEqual(100)
  },
)
