import { describe, expect, it } from 'vitest'
import { planTasks } from './micro-tasks.ts'

const TASKS = ['a', 'b', 'c', 'd', 'e', 'f', 'g']

describe('the order of tasks', () => {
  it('has every task once in every round', () => {
    for (const order of planTasks(TASKS, 5, 1)) expect(order.toSorted()).toEqual(TASKS)
  })

  it('is turned round in every second round', () => {
    const rounds = planTasks(TASKS, 6, 1)
    for (const round of [1, 3, 5]) expect(rounds[round]).toEqual(rounds[round - 1]?.toReversed())
    expect(rounds[2]).not.toEqual(rounds[0])
  })

  it('is the same for the same seed, and begins the same with more rounds', () => {
    expect(planTasks(TASKS, 8, 3).slice(0, 4)).toEqual(planTasks(TASKS, 4, 3))
    expect(planTasks(TASKS, 1, 3)).not.toEqual(planTasks(TASKS, 1, 4))
  })
})
