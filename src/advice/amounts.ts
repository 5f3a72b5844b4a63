/**
 * A computed quantity to three digits: it has no interval that could say how many of them count.
 * Runs inside of a report's page as well: it may refer to its arguments only.
 */
export function amountText(
  value: number,
  unit: 'ms' | 'us' | 'B' | 'memory' | 'cores' | 'share' | '',
): string {
  const number = (of: number) => {
    const rounded = of >= 100 ? Math.round(of) : Number(of.toPrecision(3))
    return rounded.toLocaleString('en-US', { maximumFractionDigits: 6 })
  }
  const scaled = (steps: readonly (readonly [number, string])[]) => {
    const step = steps.find(([size]) => value >= size) ?? steps[steps.length - 1]
    return step === undefined ? number(value) : `${number(value / step[0])} ${step[1]}`
  }
  switch (unit) {
    case 'ms':
      if (value === 0) return '0 ms'
      return scaled([
        [172_800_000, 'd'],
        [7_200_000, 'h'],
        [60_000, 'min'],
        [1_000, 's'],
        [1, 'ms'],
        [0.001, 'µs'],
      ])
    case 'us':
      return `${number(value)} µs/req`
    case 'B':
      return `${number(value)} B`
    case 'memory':
      return scaled([
        [2 ** 40, 'TiB'],
        [2 ** 30, 'GiB'],
        [2 ** 20, 'MiB'],
        [2 ** 10, 'KiB'],
        [1, 'B'],
      ])
    case 'cores':
      return `${number(value)} ${value === 1 ? 'core' : 'cores'}`
    case 'share':
      return value > 0 && value < 0.001 ? '< 0.1 %' : `${number(value * 100)} %`
    default:
      return number(value)
  }
}
