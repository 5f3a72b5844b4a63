import { chosenText, leadersOf } from '../groups/contenders.ts'
import { isGrouped } from '../groups/families.ts'
import type { Group } from '../groups/group.ts'
import type { SpectrumChart } from '../model.ts'

/** Fewer samples beyond a quantile than this say more about chance than about the server. */
const LEAST_SAMPLES_BEYOND = 100

/** Largest quantile that `count` samples carry. */
const lastQuantile = (count: number) => 1 - LEAST_SAMPLES_BEYOND / count

export function spectrumChart(group: Group): SpectrumChart | null {
  const grouped = isGrouped(group.strategies)
  const strategies = grouped ? leadersOf(group) : group.strategies
  const rows = strategies.flatMap(({ id, title, state }) => {
    const spectrum = group.spectra.find(({ strategy }) => strategy === id)
    const drawn = (points: readonly { readonly quantile: number; readonly us: number }[] = []) =>
      points
        .filter(({ quantile, us }) => us > 0 && quantile <= lastQuantile(spectrum?.count ?? 0))
        .map(({ quantile, us }) => ({ quantile, value: us }))
        .sort((a, b) => a.quantile - b.quantile)
    const [points, service] = [drawn(spectrum?.points), drawn(spectrum?.service)]
    return points.length < 2 ? [] : [{ label: title, state, points, service }]
  })
  if (rows.length === 0) return null
  const rounds = new Set(
    group.rounds
      .filter(({ arm }) => arm === 'main')
      .flatMap(({ values }) => values.map(({ round }) => round)),
  )
  return {
    kind: 'spectrum',
    id: `spectrum-${group.id}`,
    title: 'Latency spectrum',
    description:
      'Latency against percentile, both logarithmic. ' +
      (grouped ? `${chosenText(rows.length, group.strategies.length)} ` : '') +
      (rows.some(({ service }) => service.length > 0)
        ? 'Solid: from the intended send time; dashed: from the write, which leaves out the wait before it. '
        : '') +
      `All rounds pooled; a line ends where fewer than ${LEAST_SAMPLES_BEYOND} samples lie beyond it.`,
    unit: 'us',
    rounds: `${rounds.size === 0 ? 'all' : rounds.size} rounds pooled, no interval`,
    rows,
  }
}
