import { expect, test } from 'vitest'
import { undisturbedRounds } from './undisturbed-rounds.ts'

test('a disturbed round is made again, and none of it is kept', async () => {
  const shares = [0.9, 0.3, 0.95, 0.79, 0.8].values()
  const made: number[] = []
  const kept = await undisturbedRounds(3, 0.8, async (round) => {
    made.push(round)
    const share = shares.next().value ?? 0
    return { observations: [`${round} at ${share}`], share }
  })
  expect(made).toEqual([0, 1, 1, 2, 2])
  expect(kept).toEqual(['0 at 0.9', '1 at 0.95', '2 at 0.8'])
})

test('a machine that is never left alone gives no numbers', async () => {
  let made = 0
  const rounds = undisturbedRounds(3, 0.8, async () => {
    made += 1
    return { observations: [1], share: 0.4 }
  })
  await expect(rounds).rejects.toThrow('of their core, and others the rest')
  expect(made).toBe(4)
})
