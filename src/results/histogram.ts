import * as hdr from 'hdr-histogram-js'

/** Whole microseconds, 3 significant digits, up to a minute. */
export type LatencyHistogram = hdr.Histogram

export function newHistogram(): LatencyHistogram {
  return hdr.build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: 60_000_000,
    numberOfSignificantValueDigits: 3,
    autoResize: false,
    useWebAssembly: false,
  })
}

/** Rounds to the nearest microsecond; longer than a minute counts as a minute. */
export function recordMilliseconds(histogram: LatencyHistogram, milliseconds: number): void {
  histogram.recordValue(Math.min(Math.max(Math.round(milliseconds * 1000), 1), 60_000_000))
}

/** HDR V2, compressed, base64; every HdrHistogram implementation reads it. */
export function encodeHistogram(histogram: LatencyHistogram): string {
  return hdr.encodeIntoCompressedBase64(histogram)
}

export function decodeHistogram(encoded: string): LatencyHistogram {
  return hdr.decodeFromCompressedBase64(encoded, 32, false)
}

/** Counts add up exactly, so merging loses nothing; percentiles are never averaged. */
export function mergeHistograms(encoded: readonly string[]): LatencyHistogram {
  const merged = newHistogram()
  for (const one of encoded) merged.add(decodeHistogram(one))
  return merged
}
