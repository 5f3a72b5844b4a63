import { limitText } from '../../src/gates/judgement.ts'
import type { Difference } from '../../src/gates/run-differences.ts'
import type { Change } from '../../src/results/change.ts'
import { formatChange, formatQuantity } from '../../src/units.ts'

/** What has to be the same however many machines load: times that clients measure have another way to go. */
const SAME = /^(cpu\.server|redis\.|bytes\.)/

export interface Comparison {
  readonly differences: readonly Difference[]
  readonly changes: readonly Change[]
}

/** A count that is another, or a time whose whole interval lies on one side of no change and beyond the limit at that. */
function differs({ exact, verdict, ratio }: Change): boolean {
  if (exact) return verdict === 'regression' || verdict === 'improvement'
  if (ratio?.low == null || ratio.high === null) return false
  return verdict !== 'pass' && (ratio.low > 1 || ratio.high < 1)
}

function toldChange(change: Change): string {
  const { strategy, scenario, params, metric, unit, base, head, ratio, limit, exact, verdict, why } = change
  const point = [scenario, ...Object.entries(params).map(([name, value]) => `${name} ${value}`)].join(', ')
  const values = `${formatQuantity(base.value, unit)} alone, ${formatQuantity(head.value, unit)} by the fleet`
  const by = exact || ratio === null ? '' : ` (${formatChange(ratio)})`
  const within = limit === null ? 'no difference beyond the noise' : `no more than ${limitText(limit)}`
  const judged = differs(change)
    ? `DIFFERS: ${why}`
    : exact && verdict === 'pass'
      ? 'the same'
      : verdict === 'inconclusive'
        ? `not decided: ${why}`
        : within
  return `${strategy}, ${point}: ${metric} ${values}${by}: ${judged}`
}

/** In words, and whether what has to be the same is. */
export function toldComparison({ differences, changes }: Comparison): {
  readonly lines: readonly string[]
  readonly isSame: boolean
} {
  const own = changes.filter(({ metric }) => SAME.test(metric))
  const [other, open] = [
    own.filter(differs),
    own.filter((change) => change.verdict === 'inconclusive' && !differs(change)),
  ]
  return {
    lines: [
      ...differences.map(
        ({ what, base, head, consequence }) =>
          `The runs differ in ${what}: ${base}, ${head} (${consequence})`,
      ),
      ...own.map(toldChange),
      other.length > 0
        ? `${other.length} of ${own.length} differ.`
        : own.length === 0
          ? 'Nothing was measured on both sides.'
          : `None of ${own.length} differs; ${open.length} could not be decided.`,
    ],
    isSame: own.length > 0 && other.length === 0,
  }
}
