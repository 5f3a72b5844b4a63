import { encodeHistogram, mergeHistograms } from '../../src/results/histogram.ts'
import type { CohortSlice, EngineSlice, SlicePacing } from './engine.ts'

export const sum = <Item>(items: readonly Item[], read: (item: Item) => number): number =>
  items.reduce((total, item) => total + read(item), 0)

const merged = (histograms: readonly string[]): string => encodeHistogram(mergeHistograms(histograms))

/** What windows add up to, be they of one generator after another or of several at once. */
export function countsOf(slices: readonly EngineSlice[]) {
  return {
    latencyHdr: merged(slices.map(({ latencyHdr }) => latencyHdr)),
    cohorts: cohortsOf(slices),
    responses: sum(slices, ({ responses }) => responses),
    requestBytes: sum(slices, ({ requestBytes }) => requestBytes),
    statuses: statusesOf(slices),
    errors: sum(slices, ({ errors }) => errors),
    timeouts: sum(slices, ({ timeouts }) => timeouts),
    ...sizesOf(slices),
    unasked: sum(slices, ({ unasked }) => unasked),
    reconnects: sum(slices, ({ reconnects }) => reconnects),
  }
}

/** Of open loops. Rates are for whoever knows whether the windows were at once or one after the other. */
export const pacingCountsOf = (paced: readonly SlicePacing[]) => ({
  arrivals: sum(paced, ({ arrivals }) => arrivals),
  queued: sum(paced, ({ queued }) => queued),
  longestQueue: Math.max(...paced.map(({ longestQueue }) => longestQueue)),
  serviceHdr: merged(paced.map(({ serviceHdr }) => serviceHdr)),
  lagHdr: merged(paced.map(({ lagHdr }) => lagHdr)),
  inFlightUs: sum(paced, ({ inFlightUs }) => inFlightUs),
  serviceUs: sum(paced, ({ serviceUs }) => serviceUs),
})

function statusesOf(slices: readonly EngineSlice[]): Record<string, number> {
  const statuses: Record<string, number> = {}
  for (const slice of slices) {
    for (const [status, count] of Object.entries(slice.statuses))
      statuses[status] = (statuses[status] ?? 0) + count
  }
  return statuses
}

/** None where a window had no answer at all. */
function sizesOf(slices: readonly EngineSlice[]): Pick<EngineSlice, 'sizes'> {
  const sizes = slices.flatMap((slice) => slice.sizes ?? [])
  if (sizes.length === 0) return {}
  const of = (which: 'request' | 'responseHead') => ({
    sum: sum(sizes, ({ [which]: size }) => size.sum),
    least: Math.min(...sizes.map(({ [which]: size }) => size.least)),
    most: Math.max(...sizes.map(({ [which]: size }) => size.most)),
  })
  return { sizes: { request: of('request'), responseHead: of('responseHead') } }
}

function cohortsOf(slices: readonly EngineSlice[]): Record<string, CohortSlice> {
  const names = new Set(slices.flatMap(({ cohorts }) => Object.keys(cohorts)))
  return Object.fromEntries(
    [...names].map((name) => {
      const own = slices.flatMap(({ cohorts }) => cohorts[name] ?? [])
      return [
        name,
        {
          responses: sum(own, ({ responses }) => responses),
          requests: sum(own, ({ requests }) => requests),
          latencyHdr: merged(own.map(({ latencyHdr }) => latencyHdr)),
        },
      ]
    }),
  )
}
