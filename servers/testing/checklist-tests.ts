import { afterAll, beforeAll, expect, test } from 'vitest'
import { CHECKLIST } from '../../src/checklist/items.ts'
import { isUnexpected } from '../../src/checklist/rows.ts'
import { asksRedis, revocationLagMs, usesTokens } from '../conformance/case.ts'
import { checkStrategy, STRATEGY_LIMIT_MS } from '../conformance/check.ts'
import {
  type EnvironmentPool,
  environmentPool,
  type RedisKind,
} from '../conformance/harness/environment-pool.ts'
import type { AuthStrategy } from '../contract.ts'
import { STRATEGIES } from '../registry.ts'

/** What hangs is told by the checklist itself. */
const TEST_LIMIT_MS = STRATEGY_LIMIT_MS + 20_000

const waitMs = (strategy: AuthStrategy) => revocationLagMs(strategy) + (asksRedis(strategy) ? 1 : 0)

/** A test of each strategy: all rows of the checklist hold, or fail as declared. */
export function testChecklist(strategies: readonly AuthStrategy[], redis: RedisKind = 'server'): void {
  let pool: EnvironmentPool
  beforeAll(async () => {
    pool = await environmentPool({ redis, signal: new AbortController().signal })
  })
  afterAll(() => pool.close())

  const longestFirst = strategies.toSorted((one, other) => waitMs(other) - waitMs(one))
  // Together: most of the time they wait for a cache to end or for Redis to be missed.
  test.concurrent.each(longestFirst)('$id', { timeout: TEST_LIMIT_MS }, async (strategy) => {
    const rows = await pool.lend((environment) => checkStrategy(strategy, environment))
    expect(rows?.map(({ item }) => item)).toEqual(CHECKLIST.map(({ id }) => id))
    expect(rows?.filter(isUnexpected)).toEqual([])
    if (!usesTokens(strategy) || !(strategy.id in STRATEGIES)) return
    // Somebody here has the key of every token of ours: none of them may look as if nobody could try.
    const untried = rows?.filter(
      ({ item, outcome }) => outcome === 'not applicable' && /^J0|^J1[0-5]/.test(item),
    )
    expect(untried).toEqual([])
  })
}
