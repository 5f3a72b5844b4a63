import { expect, it } from 'vitest'
import { doubledMidranks } from './midranks.ts'

it('midranks are shared by equal values, whatever the order', () => {
  expect(doubledMidranks([30, 10, 20, 10, 30, 30])).toEqual([10, 3, 6, 3, 10, 10])
  expect(doubledMidranks([0, -0, -1])).toEqual([5, 5, 2])
  expect(doubledMidranks([])).toEqual([])
})
