/** How often trials may still be lost, of all that share it. */
export interface Patience {
  left: number
}

/** Each repetition, a lost one again, until patience ends. @returns whether all were done */
export async function eachRepetition(
  count: number,
  patience: Patience,
  isDone: (repetition: number) => Promise<boolean>,
): Promise<boolean> {
  for (let repetition = 0; repetition < count; ) {
    if (patience.left <= 0) return false
    if (await isDone(repetition)) repetition += 1
    else patience.left -= 1
  }
  return true
}
