/** About `count` round numbers (1, 2 or 5 times a power of ten) inside the range. */
export function linearTicks(low: number, high: number, count: number): readonly number[] {
  const raw = (high - low) / count
  if (!(raw > 0)) return [low]
  const power = 10 ** Math.floor(Math.log10(raw))
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((each) => each >= raw * 0.999) ?? raw
  const first = Math.ceil(low / step - 1e-9)
  const last = Math.floor(high / step + 1e-9)
  return Array.from({ length: last - first + 1 }, (_, index) =>
    Number(((first + index) * step).toPrecision(12)),
  )
}

/** Round numbers on a logarithmic axis; ever finer until at least three fit, then thinned to at most `count`. */
export function logarithmicTicks(low: number, high: number, count: number): readonly number[] {
  const decades = Array.from(
    { length: Math.ceil(Math.log10(high)) - Math.floor(Math.log10(low)) + 1 },
    (_, index) => 10 ** (Math.floor(Math.log10(low)) + index),
  )
  const inside = (factors: readonly number[]) =>
    decades
      .flatMap((decade) => factors.map((factor) => Number((factor * decade).toPrecision(6))))
      .filter((value) => value >= low && value <= high)
  const choices = [[1], [1, 3], [1, 2, 5], [1, 1.5, 2, 3, 5, 7]].map(inside)
  const fitting = choices.find((ticks) => ticks.length >= 3 && ticks.length <= count)
  if (fitting !== undefined) return fitting
  const many = choices.find((ticks) => ticks.length > count)
  if (many === undefined) return linearTicks(low, high, Math.min(3, count))
  const every = Math.ceil(many.length / count)
  return many.filter((_, index) => index % every === 0)
}
