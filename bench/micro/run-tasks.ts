import { planTasks } from '../../src/plan/micro-tasks.ts'
import { AuthbenchError, messageOf } from '../../src/results/errors.ts'
import {
  type Micro,
  type MicroSample,
  type MicroTaskInfo,
  type MicroTaskResult,
  taskResult,
} from '../../src/results/micro.ts'
import type { Measured } from './measure.ts'

export interface RunTasksOptions<Task> {
  readonly rounds: number
  readonly seed: number
  readonly signal: AbortSignal
  readonly onStart: (task: Task, round: number, place: number, of: number) => void
  /** In a process of its own. Null: there is nothing to measure, in this round or any other. */
  readonly measure: (task: Task) => Promise<Measured | null>
}

/**
 * Every task once in every round, one process at a time. A task that failed or has nothing to measure is not tried again.
 * When the signal says so it ends early, with what there is.
 */
export async function runTasks<Task extends MicroTaskInfo>(
  tasks: readonly Task[],
  { rounds, seed, signal, onStart, measure }: RunTasksOptions<Task>,
): Promise<Pick<Micro, 'tasks' | 'failures'>> {
  const samples = new Map<string, MicroSample[]>()
  const failures: Micro['failures'] = []
  const done = new Set<string>()
  for (const [round, order] of planTasks(tasks, rounds, seed).entries()) {
    for (const [place, task] of order.entries()) {
      if (done.has(task.id)) continue
      if (signal.aborted) break
      onStart(task, round, place, order.length)
      try {
        const measured = await measure(task)
        if (measured === null) done.add(task.id)
        else samples.set(task.id, [...(samples.get(task.id) ?? []), { round, ...measured }])
      } catch (error) {
        // Its process was stopped: that is not the task's fault.
        if (signal.aborted) break
        done.add(task.id)
        failures.push({ id: task.id, code: codeOf(error), reason: messageOf(error) })
      }
    }
  }
  return { tasks: tasks.flatMap((task) => resultOf(task, samples.get(task.id) ?? [])), failures }
}

function resultOf(
  { id, kind, title, strategy, library, inFlight }: MicroTaskInfo,
  samples: readonly MicroSample[],
): readonly MicroTaskResult[] {
  const info = { id, kind, title, strategy, library, inFlight }
  return samples.length === 0 ? [] : [taskResult(info, samples)]
}

const codeOf = (error: unknown) => (error instanceof AuthbenchError ? error.code : 'TASK_FAILED')
