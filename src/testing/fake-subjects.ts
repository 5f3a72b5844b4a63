import type { AnalysisContext } from '../analyse.ts'
import { DEFAULT_GATES } from '../gates/gate.ts'
import type { StrategyInfo } from '../results/strategy-info.ts'
import { madeUp } from './fake-catalogue.ts'
import type { FakeStrategy } from './fake-cells.ts'
import { fakeResults } from './fake-results.ts'

export function fakeStrategy(
  info: Partial<StrategyInfo> & Pick<StrategyInfo, 'id' | 'state'>,
  numbers: Partial<Omit<FakeStrategy, 'info'>> = {},
): FakeStrategy {
  const needs: StrategyInfo['needs'] = (numbers.redisCommands ?? 0) > 0 ? ['redis'] : []
  return {
    info: {
      title: info.id,
      summary: `${info.id}: made up for tests.`,
      revocation: { effect: info.state === 'stateless' ? 'at-expiry' : 'immediate' },
      needs,
      library: null,
      ...madeUp(info.state, needs),
      ...info,
    },
    serverUs: 80,
    redisUs: 0,
    redisCommands: 0,
    credentialBytes: 476,
    ownStatus: 200,
    revokedStatus: info.state === 'stateless' || info.state === 'none' ? 200 : 401,
    ...numbers,
  }
}

/** The strategies that the claims are about, with costs like those of a 2-core virtual machine. */
export const FAKE_STRATEGIES: readonly FakeStrategy[] = [
  fakeStrategy(
    { id: 'none', state: 'none', revocation: { effect: 'never' } },
    { serverUs: 58, credentialBytes: 0 },
  ),
  fakeStrategy({ id: 'jwt-hs256', state: 'stateless', library: 'jose' }, { serverUs: 108 }),
  fakeStrategy({ id: 'jwt-hs256-fast', state: 'stateless', library: 'fast-jwt' }, { serverUs: 66 }),
  fakeStrategy(
    { id: 'session-redis', state: 'stateful', needs: ['redis'] },
    { serverUs: 98, redisUs: 14, redisCommands: 1, credentialBytes: 43 },
  ),
  fakeStrategy(
    { id: 'session-memory', state: 'stateful', needs: ['memory'] },
    { serverUs: 64, credentialBytes: 43 },
  ),
  fakeStrategy(
    { id: 'jwt-blacklist', state: 'hybrid', needs: ['redis'], library: 'jose' },
    { serverUs: 157, redisUs: 13, redisCommands: 1 },
  ),
]

/** Everything about a run that is not its cells. */
export function fakeContext(strategies: readonly FakeStrategy[], rounds: number): AnalysisContext {
  const { run, environment, config, scenarios } = fakeResults({ rounds: Math.max(1, rounds) })
  const infos = strategies.map(({ info }) => info)
  return {
    run,
    environment,
    config: { ...config, strategies: infos.map(({ id }) => id) },
    strategies: infos,
    scenarios,
    gates: DEFAULT_GATES,
  }
}
