import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CHECKLIST } from '../src/checklist.ts'
import { isUnexpected } from '../src/conformance.ts'
import { type EnvironmentPool, environmentPool } from './conformance/environment-pool.ts'
import { checkStrategy } from './conformance.ts'
import { loadStrategy } from './own-strategy.ts'
import { STRATEGIES } from './registry.ts'

let pool: EnvironmentPool

beforeAll(async () => {
  pool = await environmentPool({ withRedis: true, signal: new AbortController().signal })
})

afterAll(() => pool.close())

// Together: most of the time they wait for a cache to end or for Redis to be missed.
test.concurrent.each(Object.values(STRATEGIES))('$id', { timeout: 60_000 }, async (strategy) => {
  const rows = await pool.lend((environment) => checkStrategy(strategy, environment))
  expect(rows?.map(({ item }) => item)).toEqual(CHECKLIST.map(({ id }) => id))
  expect(rows?.filter(isUnexpected)).toEqual([])
})

test("the example of a strategy of one's own keeps what it does not declare", {
  timeout: 60_000,
}, async () => {
  const example = await loadStrategy(join(import.meta.dirname, 'examples/hmac-ticket.ts'))
  const rows = await pool.lend((environment) => checkStrategy(example, environment))
  expect(rows?.filter(isUnexpected)).toEqual([])
})

test('no strategy declares an exception to what is no item', () => {
  const items = CHECKLIST.map(({ id }) => id)
  const declared = Object.values(STRATEGIES).flatMap(({ exceptions }) => Object.keys(exceptions))
  expect(declared.filter((id) => !items.includes(id))).toEqual([])
})
