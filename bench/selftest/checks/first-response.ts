import { decodeHistogram } from '../../../src/results/histogram.ts'
import type { EngineId } from '../../load/messages.ts'
import { type Check, easyWindow, judged, targetOf } from '../check.ts'
import { bucketsOf } from '../histogram-buckets.ts'
import { INSTANT } from '../known-behaviour.ts'

const FIRST_US = 500_000
/** No answer but the first of a connection takes this long. */
const SLOW_US = 400_000

/** The first response of a connection contains the connect, and here half a second more. It is no sample of anything. */
export const first = (engine: EngineId): Check => ({
  id: 'first',
  title: 'slow first answer of every connection',
  engine,
  timed: true,
  async run({ server, open }) {
    const behaviour = { ...INSTANT, firstUs: FIRST_US }
    await server.behave(behaviour)
    const load = await open(engine, targetOf(server, 4))
    const { accepted } = await server.observe()
    await server.behave(behaviour)
    const { latencyHdr, responses } = await load.slice(easyWindow(engine, 200))
    const { requests } = await server.observe()
    const slow = [...bucketsOf(decodeHistogram(latencyHdr))]
      .filter(([value]) => value >= SLOW_US)
      .reduce((sum, [, count]) => sum + count, 0)
    return [
      judged(
        { what: 'in histogram', expected: 0, measured: slow, tolerance: 0, unit: 'values' },
        `${accepted} connections had an answer after 500 ms before the window; values above 400 ms are counted.`,
      ),
      judged(
        {
          what: 'counted',
          expected: requests > 0 ? requests : Number.NaN,
          measured: responses,
          tolerance: 0,
          unit: 'responses',
        },
        'The first answers belong to no window.',
      ),
    ]
  },
})
