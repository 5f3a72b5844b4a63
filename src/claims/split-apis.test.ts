import { describe, expect, test } from 'vitest'
import { exactEstimate } from '../results/estimate.ts'
import type { Figure } from '../results/experiment.ts'
import type { StrategyInfo } from '../results/strategy-info.ts'
import { fakeExperiment } from '../testing/fake-experiment.ts'
import { quiet } from '../testing/quiet-run.ts'
import { splitApis } from './split-apis.ts'

interface Seen {
  readonly withoutRedis?: number
  readonly withoutAuthApi?: number
  readonly commands?: number
  readonly calls?: number
  readonly starts?: number
}

/** Everything is served and nobody asked, but for what is said. */
function figuresOf(
  subject: string,
  { withoutRedis = 100, withoutAuthApi = 100, commands = 0, calls = 0, starts = 1 }: Seen,
): readonly Figure[] {
  const figure = (id: string, value: number, gone?: string): Figure => ({
    id,
    title: id,
    subject,
    label: subject,
    params: gone === undefined ? {} : { gone },
    unit: '',
    estimate: exactEstimate(value, 1),
  })
  return [
    figure('served.reads', withoutRedis, 'redis'),
    figure('served.reads', withoutAuthApi, 'auth-api'),
    figure('new-core', 1, 'redis'),
    figure('new-core', starts, 'auth-api'),
    figure('io.redis-commands', commands),
    figure('io.auth-calls', calls),
  ]
}

const judge = (
  seen: Readonly<Record<string, Seen>>,
  strategies: readonly StrategyInfo[] = quiet.strategies,
) =>
  splitApis.judge({
    ...quiet,
    strategies: [...strategies],
    experiments: [
      fakeExperiment(
        'split',
        Object.entries(seen).flatMap(([id, each]) => figuresOf(id, each)),
      ),
    ],
  })

describe('a stateless core beside a stateful authentication API', () => {
  const session = { withoutRedis: 0, commands: 1 }

  test('is supported where every request is served and none asks anybody', () => {
    const { verdict, why } = judge({ 'jwt-es256': {}, 'session-redis': session })
    expect(verdict).toBe('supported')
    expect(why).toMatch(/Not so with Session in Redis/)
  })

  test.each([
    ['a request that was not served', { withoutAuthApi: 99.5 }],
    ['a hidden command', { commands: 0.01 }],
    ['a hidden call', { calls: 1 }],
  ])('is refuted by %s', (_name, seen) => {
    expect(judge({ 'jwt-es256': seen }).verdict).toBe('refuted')
  })

  test('depends where one core is free and another is not', () => {
    expect(judge({ 'jwt-es256': {}, 'jwt-hs256': { commands: 1 } }).verdict).toBe('depends')
  })

  test('names the core that does not start alone', () => {
    const { verdict, why } = judge({ 'jwt-es256': { starts: 0 } })
    expect(verdict).toBe('supported')
    expect(why).toContain('started in the meantime does not serve')
  })

  test('is not measured where a core is missing that would decide', () => {
    const strategies = quiet.strategies.map((info) =>
      info.id === 'jwt-hs256' ? { ...info, family: 'token and auth server' as const } : info,
    )
    for (const seen of [{}, { commands: 1 }]) {
      const { verdict, why, evidence } = judge({ 'jwt-es256': seen }, strategies)
      expect(verdict).toBe('not measured')
      expect(why).toContain(strategies.find(({ id }) => id === 'jwt-hs256')?.title)
      expect(evidence).toHaveLength(1)
    }
    expect(judge({ 'jwt-es256': {}, 'jwt-rs256': { commands: 1 } }, strategies).verdict).toBe('depends')
  })

  test('is not measured without such a core, or without the experiment', () => {
    expect(judge({ 'session-redis': session }).verdict).toBe('not measured')
    expect(splitApis.judge(quiet).verdict).toBe('not measured')
  })
})
