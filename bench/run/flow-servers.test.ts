import { afterEach, expect, test } from 'vitest'
import type { Transport } from '../../servers/contract.ts'
import { STRATEGIES, type StrategyId } from '../../servers/registry.ts'
import { startTestServer } from '../../servers/testing/test-server.ts'
import { autocannonEngine } from '../load/autocannon/engine.ts'
import { SCENARIOS } from '../scenarios/registry.ts'
import { flowOf } from './flow.ts'

const CONNECTIONS = 4
const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

async function originOf(strategy: StrategyId, transport: Transport): Promise<string> {
  const server = await startTestServer(STRATEGIES[strategy], { transport })
  cleanups.push(server.close)
  return `http://127.0.0.1:${server.port}`
}

test.each(['bearer', 'cookie'] as const)(
  'servers answer every step as it is expected to be answered: %s',
  async (transport) => {
    for (const strategy of ['none', 'session-memory', 'jwt-hs256-fast'] as const) {
      const origin = await originOf(strategy, transport)
      for (const { id, steps, expectStatus } of SCENARIOS) {
        if (steps === undefined || id === 'refresh') continue
        const flow = flowOf(steps, STRATEGIES[strategy], { connections: CONNECTIONS, pool: 8, transport })
        const load = await autocannonEngine.open({ origin, connections: CONNECTIONS, expectStatus, ...flow })
        cleanups.push(() => load.close())
        const slice = await load.slice({ milliseconds: 40, arrivals: null })
        const { statuses, requests, responses } = slice
        expect({ strategy, id, statuses, requests }).toEqual({ strategy, id, statuses, requests: responses })
        expect(new Set(Object.keys(slice.cohorts))).toEqual(
          new Set(steps.map((step) => (step === 'refresh' ? 'login' : step))),
        )
        expect(slice).toMatchObject({ errors: 0, timeouts: 0, reconnects: 0 })
      }
    }
  },
)
