import { join } from 'node:path'
import { expect, it } from 'vitest'
import { widthOf } from '../../src/report/terminal/width.ts'
import { fakeResults } from '../../src/testing/fake-results.ts'
import { hostileStrategies, manyStrategies } from '../../src/testing/fake-strategies.ts'
import { commandOnRun } from '../testing/command-on-run.ts'

const { say: advise, stored, folder } = commandOnRun('advise')
const WISHES =
  '--revoke-within 1s --redis-rtt 1ms --users 100000 --requests-per-user 0.1 --services 3 --roles 20 --handler 5ms'.split(
    ' ',
  )

it('names who meets all wishes, with measured numbers and their models, and who did not and why', async () => {
  const { code, stdout, stderr } = await advise(...WISHES, ...stored(fakeResults()))
  expect(stderr).toBe('')
  expect(code).toBe(0)
  expect(stdout).toMatch(/wishes +revoked within 1 s, Redis 1 ms away, 100,000 users/)
  expect(stdout).toMatch(/^Session in Redis \(session-redis\)\n +because +outdoes all others/m)
  expect(stdout).toMatch(/measured +CPU [\d.]+ µs\/req \[/)
  expect(stdout).toMatch(/model +p50 .* × 1 ms \+ handler 5 ms/)
  expect(stdout).toMatch(/revocation +is valid until it expires \(15 min\): .*JWT/)
  expect(stdout).toMatch(/services +keeps its state in one process: Session in memory/)
  expect(stdout).not.toContain('NOT THIS MACHINE')
})

it.each([
  ['what is usual', fakeResults(), WISHES],
  ['no wish', fakeResults(), []],
  ['35 strategies', fakeResults({ strategies: manyStrategies() }), WISHES],
  ['35 strategies and no wish', fakeResults({ strategies: manyStrategies() }), []],
  [
    '35 strategies of which none will do',
    fakeResults({ strategies: manyStrategies() }),
    [...WISHES, '--without-store'],
  ],
  ['titles from outside', fakeResults({ strategies: hostileStrategies() }), WISHES],
  [
    'very long titles',
    fakeResults({
      strategies: manyStrategies().map((info) => ({ ...info, title: `${info.title} \u001b[31m`.repeat(40) })),
    }),
    WISHES,
  ],
])('fits one screen of 100 x 40: %s', async (_, results, wishes) => {
  const { stdout } = await advise(...wishes, ...stored(results))
  const lines = stdout.trimEnd().split('\n')
  expect(lines.length).toBeLessThanOrEqual(40)
  expect(Math.max(...lines.map(widthOf))).toBeLessThanOrEqual(100)
  expect(stdout).not.toContain('\u001b')
})

it('says the same to programs', async () => {
  const { code, stdout } = await advise(...WISHES, ...stored(fakeResults()), '--json')
  expect(code).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({
    schema: 'authbench/advice@1',
    thisMachine: true,
    wishes: { revokeWithinMs: 1_000, redisRttMs: 1, services: 3 },
    named: [{ id: 'session-redis' }],
    ruledOut: expect.arrayContaining([expect.objectContaining({ id: 'session-memory' })]),
  })
})

it('says whose machine it was where there is no run of this one', async () => {
  const before = process.cwd()
  process.chdir(folder())
  try {
    const { code, stdout } = await advise()
    expect(code).toBe(0)
    expect(stdout).toContain('NOT THIS MACHINE')
  } finally {
    process.chdir(before)
  }
})

it('names nobody from a run that cannot tell: exit code 3, and the next step', async () => {
  const { code, stdout, stderr } = await advise(...stored(fakeResults({ rounds: 3 })))
  expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
  expect(stderr).toMatch(/an interval needs 6 \[ADVICE_ROUNDS_TOO_FEW\]\nRun again with --rounds 6/)
})

it('refuses what is no wish with exit code 2, all at once', async () => {
  const { code, stdout, stderr } = await advise('--revoke-within', 'soon', '--users', 'many')
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toMatch(/--revoke-within: “soon” is no duration[\s\S]*--users: .*OPTIONS_INVALID/)
  expect(await advise('--run', join(folder(), 'nothing'))).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('RESULTS_MISSING'),
  })
})
