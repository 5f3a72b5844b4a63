import { seededRandom, shuffle } from './random.ts'

/**
 * The order of the tasks in every round, each in a process of its own: a new seeded order, and in every second round the reverse of
 * the one before, so that a machine that slowly changes does so for all tasks alike. More rounds begin with the same rounds.
 */
export function planTasks<Task>(
  tasks: readonly Task[],
  rounds: number,
  seed: number,
): readonly (readonly Task[])[] {
  const random = seededRandom(seed)
  let order: readonly Task[] = tasks
  return Array.from({ length: rounds }, (_, round) => {
    order = round % 2 === 0 ? shuffle(tasks, random) : order.toReversed()
    return order
  })
}
