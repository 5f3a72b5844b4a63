import { expect, test } from 'vitest'
import { allocationCounter } from './allocated-memory.ts'

/** 16 bytes of head, eight for each of the entries, and the array itself. */
const BYTES = 8000
/** Many times the young generation. */
const ARRAYS = 30_000

test('counts what is allocated, however much of it is collected meanwhile', () => {
  const read = allocationCounter()
  const kept: unknown[] = []
  const allocate = (arrays: number) => {
    for (let index = 0; index < arrays; index++) kept[index % 100] = new Array(1000).fill(index)
  }
  /** A collection in the middle of a reading is possible, and told. */
  const reading = (): number => read() ?? reading()
  const used = (arrays: number) => {
    const before = reading()
    allocate(arrays)
    return (reading() - before) / arrays
  }
  // Code that is not compiled yet allocates more.
  used(ARRAYS)
  const once = used(ARRAYS)
  expect(once).toBeGreaterThan(BYTES)
  expect(once).toBeLessThan(1.1 * BYTES)
  expect(used(2 * ARRAYS) / once).toBeCloseTo(1, 1)
})
