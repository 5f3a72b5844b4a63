import { decodeHistogram } from '../../../src/results/histogram.ts'
import type { EngineId } from '../../load/messages.ts'
import { type Check, easyWindow, judged, targetOf } from '../check.ts'
import { INSTANT } from '../known-behaviour.ts'

const WRONG_EVERY = 20
const MILLISECONDS = 400

/** 5 % wrong answers: all of them are seen, and none of them looks like a fast success. */
export const statuses = (engine: EngineId): Check => ({
  id: 'statuses',
  title: 'one answer in 20 with status 500',
  engine,
  timed: false,
  async run({ server, open }) {
    const load = await open(engine, targetOf(server, 8))
    await server.behave({ ...INSTANT, wrongEvery: WRONG_EVERY })
    const slice = await load.slice(easyWindow(engine, MILLISECONDS))
    const { requests } = await server.observe()
    const wrong = Math.floor(requests / WRONG_EVERY)
    const right = requests - wrong
    const recorded = [slice.latencyHdr, ...(slice.pacing === null ? [] : [slice.pacing.serviceHdr])].map(
      (encoded) => decodeHistogram(encoded).totalCount,
    )
    // The one of them that is furthest off stands for all.
    const [successes = Number.NaN] = [slice.requests, slice.statuses['200'] ?? 0, ...recorded].sort(
      (a, b) => Math.abs(b - right) - Math.abs(a - right),
    )
    return [
      judged(
        {
          what: 'wrong',
          expected: wrong > 0 ? wrong : Number.NaN,
          measured: slice.responses - slice.requests,
          tolerance: 0,
          unit: 'responses',
        },
        `The engine tells ${slice.statuses['500'] ?? 0} answers with status 500, and ${slice.responses - slice.requests} that were not expected.`,
      ),
      judged(
        {
          what: 'status 500',
          expected: wrong,
          measured: slice.statuses['500'] ?? 0,
          tolerance: 0,
          unit: 'responses',
        },
        'By status, as the report shows them.',
      ),
      judged(
        { what: 'in histogram', expected: right, measured: successes, tolerance: 0, unit: 'values' },
        'Counted as requests, as status 200 and in the histograms; the count that is furthest off is shown.',
      ),
    ]
  },
})
