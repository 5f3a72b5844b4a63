import { afterEach, expect, it, vi } from 'vitest'
import { type Exercise, startExercise } from './exercise.ts'

let exercise: Exercise | null = null
afterEach(() => exercise?.close())

it('goes on for as long as another load may come, and then computes nothing', async () => {
  exercise = await startExercise()
  expect(exercise.laps()).toBe(0)
  exercise.seen(200)
  const { laps } = exercise
  await vi.waitFor(() => expect(laps()).toBeGreaterThan(1), { timeout: 10_000 })
  let before = -1
  await vi.waitFor(
    () => {
      const now = laps()
      const isResting = now === before
      before = now
      expect(isResting).toBe(true)
    },
    { timeout: 10_000, interval: 100 },
  )
  exercise.seen(200)
  await vi.waitFor(() => expect(laps()).toBeGreaterThan(before), { timeout: 10_000 })
})
