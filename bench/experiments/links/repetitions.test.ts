import { expect, test } from 'vitest'
import { eachRepetition } from './repetitions.ts'

function lossy(...lost: readonly number[]) {
  const tried: number[] = []
  const isDone = async (repetition: number) => {
    tried.push(repetition)
    return !lost.includes(tried.length)
  }
  return { tried, isDone }
}

test('a repetition that was lost is made again, so that each has its page to be compared with', async () => {
  const { tried, isDone } = lossy(2, 3)
  expect(await eachRepetition(3, { left: 3 }, isDone)).toBe(true)
  expect(tried).toEqual([0, 1, 1, 1, 2])
})

test('patience is shared, and ends', async () => {
  const patience = { left: 3 }
  const [one, other] = [lossy(1, 2), lossy(1, 2)]
  expect(await eachRepetition(2, patience, one.isDone)).toBe(true)
  expect(await eachRepetition(2, patience, other.isDone)).toBe(false)
  expect(other.tried).toEqual([0])
  expect(await eachRepetition(2, patience, lossy().isDone)).toBe(false)
})
