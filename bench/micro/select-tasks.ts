import { nearest } from '../../src/plan/nearest-name.ts'
import { AuthbenchError } from '../../src/results/errors.ts'
import type { MicroTaskInfo } from '../../src/results/micro.ts'

/**
 * Words are ids of tasks, or the beginning of some (`redis`), kinds (`verify`), ids of strategies, or `all`.
 * @throws AuthbenchError TASK_UNKNOWN
 */
export function selectTasks<Task extends MicroTaskInfo>(
  tasks: readonly Task[],
  words: readonly string[],
): readonly Task[] {
  const chosen = new Set(words.flatMap((word) => tasksOf(tasks, word)))
  if (words.length === 0) throw unknownTask(tasks, '')
  return tasks.filter((task) => chosen.has(task))
}

function tasksOf<Task extends MicroTaskInfo>(tasks: readonly Task[], word: string): readonly Task[] {
  if (word === 'all') return tasks
  const exact = tasks.filter(({ id }) => id === word)
  if (exact.length > 0) return exact
  const chosen = tasks.filter(
    ({ id, kind, strategy }) => word === kind || word === strategy || id.startsWith(`${word} `),
  )
  if (chosen.length === 0) throw unknownTask(tasks, word)
  return chosen
}

function unknownTask(tasks: readonly MicroTaskInfo[], word: string): AuthbenchError {
  const valid = new Set(
    tasks.flatMap(({ id, kind, strategy }) => [kind, ...(strategy === null ? [] : [strategy]), id]),
  )
  return new AuthbenchError('TASK_UNKNOWN', `there is no task '${word}'`, {
    next: `Did you mean '${nearest(word, [...valid])}'? \`authbench list tasks\` shows them all.`,
  })
}
