/** Variances of one value, in the square of its unit (of logarithms: relative variances). */
export interface VarianceComponents {
  /** Between windows of one process: what longer or more windows average away. */
  readonly within: number
  /** Between processes that run the same code: what only more processes average away. At least 0. */
  readonly between: number
}

const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

const sumOfSquares = (values: readonly number[]) => {
  const mean = meanOf(values)
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
}

/** Null unless all values are finite, at least two processes of two windows, and as many in every round. */
function shapeOf(rounds: readonly (readonly (readonly number[])[])[]) {
  const processes = rounds[0]?.length ?? 0
  const windows = rounds[0]?.[0]?.length ?? 0
  const balanced = rounds.every(
    (round) => round.length === processes && round.every((values) => values.length === windows),
  )
  const enough = processes >= 2 && windows >= 2
  return balanced && enough && rounds.flat(2).every(Number.isFinite) ? { processes, windows } : null
}

/** T2^2 = S2^2 - S1^2 / r1: the means of processes vary by what their windows leave in them, too. */
const betweenProcesses = (meansVariance: number, within: number, windows: number) =>
  Math.max(0, meansVariance - within / windows)

/**
 * Variance components of values[process][window], unbiased but for keeping `between` at 0 or above. Removes nothing, for
 * processes that ran one after the other: an effect that all processes share in a window must be removed before, with its
 * degrees of freedom, which is what `sharedVarianceComponents` does; left in, it swells `within` and hides `between`.
 * Source: Kalibera, Jones, "Rigorous benchmarking in reasonable time", ISMM 2013 (S1^2 = T1^2 and T2^2).
 * @returns null unless there are at least 2 processes of at least 2 windows, the same number in each, all values finite
 */
export function varianceComponents(values: readonly (readonly number[])[]): VarianceComponents | null {
  const shape = shapeOf([values])
  if (shape === null) return null
  const { processes, windows } = shape
  const squares = values.reduce((sum, own) => sum + sumOfSquares(own), 0)
  const within = squares / (processes * (windows - 1))
  const meansVariance = sumOfSquares(values.map(meanOf)) / (processes - 1)
  return { within, between: betweenProcesses(meansVariance, within, windows) }
}

/**
 * The same for rounds[round][process][window] whose processes take turns, so that all of them see the same machine: the mean
 * over processes of each round and window is removed first. That leaves (P - 1)(W - 1) degrees of freedom per round for
 * `within` and P - 1 for `between` (two-way analysis of variance without interaction). Neither the machine nor what differs
 * between rounds counts. All processes must run the same code: a difference between strategies would count as `between`.
 * Source: Searle, Casella, McCulloch, "Variance components", 1992, chapter 4, "Balanced data".
 * @returns null as above, or where rounds differ in shape
 */
export function sharedVarianceComponents(
  rounds: readonly (readonly (readonly number[])[])[],
): VarianceComponents | null {
  const shape = shapeOf(rounds)
  if (shape === null) return null
  const { processes, windows } = shape
  let residualSquares = 0
  let meansSquares = 0
  for (const round of rounds) {
    const machine = Array.from({ length: windows }, (_, window) =>
      meanOf(round.map((values) => values[window] ?? Number.NaN)),
    )
    const residuals = round.map((values) =>
      values.map((value, window) => value - (machine[window] ?? Number.NaN)),
    )
    residualSquares += residuals.reduce((sum, own) => sum + sumOfSquares(own), 0)
    meansSquares += sumOfSquares(residuals.map(meanOf))
  }
  const within = residualSquares / (rounds.length * (processes - 1) * (windows - 1))
  const meansVariance = meansSquares / (rounds.length * (processes - 1))
  return { within, between: betweenProcesses(meansVariance, within, windows) }
}
