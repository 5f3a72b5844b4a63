import { join } from 'node:path'
import { expect, test } from 'vitest'
import { CHECKLIST } from '../../src/checklist/items.ts'
import { STRATEGIES } from '../registry.ts'
import { testChecklist } from '../testing/checklist-tests.ts'
import { loadStrategy } from '../user-files/own-strategy.ts'
import { revocationLagMs } from './case.ts'
import { CASES } from './check.ts'

const example = await loadStrategy(join(import.meta.dirname, '../examples/hmac-ticket.ts'))

// The others, which wait for their caches to end, are in strategies-late.test.ts.
testChecklist([
  ...Object.values(STRATEGIES).filter((strategy) => revocationLagMs(strategy) === 0),
  // Keeps what it does not declare.
  example,
])

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
