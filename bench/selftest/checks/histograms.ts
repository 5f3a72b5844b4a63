import { decodeHistogram, mergeHistograms } from '../../../src/results/histogram.ts'
import type { EngineId } from '../../load/messages.ts'
import { type Check, easyWindow, judged, targetOf } from '../check.ts'
import { bucketsOf, differing, sumOf } from '../histogram-buckets.ts'
import { INSTANT } from '../known-behaviour.ts'

const SLICES = 8
const MILLISECONDS = 60

/** The histograms of the windows are the run: nothing is lost or counted twice when they are put together. */
export const histograms = (engine: EngineId, merge = mergeHistograms): Check => ({
  id: 'histograms',
  title: 'histograms of windows add up',
  engine,
  timed: false,
  async run({ server, open }) {
    const load = await open(engine, targetOf(server, 8))
    await server.behave({ ...INSTANT, wrongEvery: 50 })
    const encoded: string[] = []
    for (let slice = 0; slice < SLICES; slice++) {
      encoded.push((await load.slice(easyWindow(engine, MILLISECONDS))).latencyHdr)
    }
    const right = (await server.observe()).statuses['200'] ?? 0
    const merged = merge(encoded)
    const wrongBuckets = differing(
      bucketsOf(merged),
      sumOf(encoded.map((one) => bucketsOf(decodeHistogram(one)))),
    )
    return [
      judged(
        {
          what: 'values',
          expected: right > 0 ? right : Number.NaN,
          measured: merged.totalCount,
          tolerance: 0,
          unit: 'values',
        },
        `${SLICES} windows together, against the answers with status 200 that the server gave.`,
      ),
      judged(
        { what: 'wrong buckets', expected: 0, measured: wrongBuckets, tolerance: 0, unit: 'buckets' },
        'The merged histogram against the sum of the windows, bucket by bucket.',
      ),
    ]
  },
})
