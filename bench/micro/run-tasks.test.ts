import { describe, expect, it } from 'vitest'
import { planTasks } from '../../src/plan/micro-tasks.ts'
import { AuthbenchError } from '../../src/results/errors.ts'
import type { MicroTaskInfo } from '../../src/results/micro.ts'
import type { Measured } from './measure.ts'
import { type RunTasksOptions, runTasks } from './run-tasks.ts'

const task = (id: string): MicroTaskInfo => ({
  id,
  kind: 'hash',
  title: id,
  strategy: null,
  library: null,
  inFlight: 1,
})
const TASKS = ['a', 'b', 'c'].map(task)
const took = (wallNs: number): Measured => ({ wallNs, cpuNs: 2 * wallNs, operations: 10, batch: 1 })

function run(
  measure: RunTasksOptions<MicroTaskInfo>['measure'],
  rounds = 6,
  signal = new AbortController().signal,
) {
  const journal: string[] = []
  return runTasks(TASKS, {
    rounds,
    seed: 5,
    signal,
    onStart: ({ id }) => journal.push(id),
    measure,
  }).then((outcome) => ({ ...outcome, journal }))
}

describe('a micro measurement', () => {
  it('gives every task one process in every round, in the planned order', async () => {
    const { journal, tasks } = await run(async () => took(100))
    expect(journal).toEqual(planTasks(TASKS, 6, 5).flatMap((order) => order.map(({ id }) => id)))
    expect(tasks.map(({ id, samples }) => [id, samples.map(({ round }) => round)])).toEqual(
      ['a', 'b', 'c'].map((id) => [id, [0, 1, 2, 3, 4, 5]]),
    )
  })

  it('reports the median over processes with its interval, and none below 6', async () => {
    const values = [104, 101, 103, 102, 150, 100]
    const turns = new Map<string, number>()
    const measure = async ({ id }: MicroTaskInfo) => {
      const turn = turns.get(id) ?? 0
      turns.set(id, turn + 1)
      return took(values[turn] ?? 0)
    }
    const { tasks } = await run(measure)
    expect(tasks[0]).toMatchObject({
      metric: 'micro.hash',
      unit: 'ns/op',
      wallNs: { value: 102.5, low: 100, high: 150, rounds: 6 },
      cpuNs: { value: 205, low: 200, high: 300, rounds: 6 },
    })
    turns.clear()
    const few = await run(measure, 5)
    expect(few.tasks[0]?.wallNs).toMatchObject({ low: null, high: null, rounds: 5 })
  })

  it('keeps the others, and earlier rounds, of a task that fails, and does not try it again', async () => {
    let round = 0
    const { tasks, failures, journal } = await run(async ({ id }) => {
      if (id !== 'b') return took(100)
      if (++round < 3) return took(50)
      throw new AuthbenchError('STORE_UNAVAILABLE', 'the session store did not answer', { next: '' })
    })
    expect(failures).toEqual([
      { id: 'b', code: 'STORE_UNAVAILABLE', reason: 'the session store did not answer' },
    ])
    expect(tasks.map(({ id, samples }) => `${id} ${samples.length}`)).toEqual(['a 6', 'b 2', 'c 6'])
    expect(journal.filter((id) => id === 'b')).toHaveLength(3)
  })

  it('leaves out what has nothing to measure', async () => {
    const { tasks, failures, journal } = await run(async ({ id }) => (id === 'c' ? null : took(1)))
    expect(tasks.map(({ id }) => id)).toEqual(['a', 'b'])
    expect(failures).toEqual([])
    expect(journal.filter((id) => id === 'c')).toHaveLength(1)
  })

  it('ends when it is told to, with what it has; the task that was stopped did not fail', async () => {
    const controller = new AbortController()
    let count = 0
    const { tasks, failures } = await run(
      async () => {
        if (++count < 5) return took(1)
        controller.abort()
        throw new AuthbenchError('CHILD_DIED', 'stopped', { next: '' })
      },
      6,
      controller.signal,
    )
    expect(count).toBe(5)
    expect(failures).toEqual([])
    expect(tasks.flatMap(({ samples }) => samples)).toHaveLength(4)
  })
})
