import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CHECKLIST } from '../../src/checklist/items.ts'
import { isUnexpected } from '../../src/checklist/rows.ts'
import type { AuthStrategy } from '../contract.ts'
import { STRATEGIES } from '../registry.ts'
import { loadStrategy } from '../user-files/own-strategy.ts'
import { asksRedis, revocationLagMs, usesTokens } from './case.ts'
import { CASES, checkStrategy, STRATEGY_LIMIT_MS } from './check.ts'
import { type EnvironmentPool, environmentPool } from './harness/environment-pool.ts'

/** What hangs is told by the checklist itself. */
const TEST_LIMIT_MS = STRATEGY_LIMIT_MS + 20_000

let pool: EnvironmentPool

beforeAll(async () => {
  pool = await environmentPool({ withRedis: true, signal: new AbortController().signal })
})

afterAll(() => pool.close())

const waitMs = (strategy: AuthStrategy) => revocationLagMs(strategy) + (asksRedis(strategy) ? 1 : 0)
const LONGEST_FIRST = Object.values(STRATEGIES).toSorted((one, other) => waitMs(other) - waitMs(one))

// Together: most of the time they wait for a cache to end or for Redis to be missed.
test.concurrent.each(LONGEST_FIRST)('$id', { timeout: TEST_LIMIT_MS }, async (strategy) => {
  const rows = await pool.lend((environment) => checkStrategy(strategy, environment))
  expect(rows?.map(({ item }) => item)).toEqual(CHECKLIST.map(({ id }) => id))
  expect(rows?.filter(isUnexpected)).toEqual([])
  if (!usesTokens(strategy)) return
  // Somebody here has the key of every token of ours: none of them may look as if nobody could try.
  const untried = rows?.filter(
    ({ item, outcome }) => outcome === 'not applicable' && /^J0|^J1[0-5]/.test(item),
  )
  expect(untried).toEqual([])
})

test("the example of a strategy of one's own keeps what it does not declare", {
  timeout: TEST_LIMIT_MS,
}, async () => {
  const example = await loadStrategy(join(import.meta.dirname, '../examples/hmac-ticket.ts'))
  const rows = await pool.lend((environment) => checkStrategy(example, environment))
  expect(rows?.filter(isUnexpected)).toEqual([])
})

test('no strategy declares an exception to what is no item', () => {
  const items = CHECKLIST.map(({ id }) => id)
  const declared = Object.values(STRATEGIES).flatMap(({ exceptions }) => Object.keys(exceptions))
  expect(declared.filter((id) => !items.includes(id))).toEqual([])
})

test('no two cases that concern one strategy have the same item and name', () => {
  for (const strategy of Object.values(STRATEGIES)) {
    const names = CASES.filter((one) => one.appliesTo(strategy)).map(({ id, name }) => `${id} ${name}`)
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
  }
})
