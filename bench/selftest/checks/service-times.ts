import { medianOf } from '../../../src/stats/median.ts'
import { formatNumber } from '../../../src/units.ts'
import type { EngineSlice } from '../../load/engine.ts'
import type { EngineId } from '../../load/messages.ts'
import { type Check, type CheckContext, easyWindow, judged, type Outcome, targetOf } from '../check.ts'
import { quantileOf } from '../histogram-buckets.ts'
import { INSTANT } from '../known-behaviour.ts'

const DELAYS = [
  { what: '0.2 ms', holdUs: 200, bareRequests: 800, milliseconds: 600 },
  { what: '1 ms', holdUs: 1000, bareRequests: 300, milliseconds: 600 },
  { what: '20 ms', holdUs: 20_000, bareRequests: 25, milliseconds: 1000 },
] as const
const WARM_UP = { bareRequests: 3000, milliseconds: 500 } as const
/** An open loop needs as many as keep its rate at the longest delay. */
const CONNECTIONS = { autocannon: 1, paced: 32 } as const
const RATE = 1000
const FIXED_US = 50
const RELATIVE = 0.01

/** From the write to the complete response, whatever the engine calls its latency. */
const serviceOf = ({ pacing, latencyHdr }: EngineSlice): string => pacing?.serviceHdr ?? latencyHdr

/**
 * Delays that the server times itself: what the engine adds is its error.
 *
 * A client that sleeps until its answer comes is woken late, the later the longer it slept: on a virtual machine by tens of microseconds
 * after 1 ms, by hundreds after 20 ms. The time until the answer is there is the machine's, and a bare socket on the same core tells how
 * long it is. A closed loop is held to that. The paced engine is awake whenever a request is due, and is held to the server's own time.
 */
export const service = (engine: EngineId): Check => ({
  id: 'service',
  title: 'service time of known delays',
  engine,
  timed: true,
  async run(context) {
    const { server, open } = context
    const load = await open(engine, targetOf(server, CONNECTIONS[engine]))
    await server.behave({ ...INSTANT, poll: true })
    if (engine === 'autocannon') await context.askBare(WARM_UP.bareRequests)
    await load.slice(easyWindow(engine, WARM_UP.milliseconds, RATE))
    const outcomes: Outcome[] = []
    for (const delay of DELAYS) {
      const transitUs = engine === 'autocannon' ? await bareTransit(delay, context) : 0
      await server.behave({ ...INSTANT, holdUs: delay.holdUs, poll: true })
      const slice = await load.slice(easyWindow(engine, delay.milliseconds, RATE))
      const { holdsUs } = await server.observe()
      outcomes.push(judgeDelay(delay.what, medianOf(holdsUs), transitUs, serviceOf(slice)))
    }
    await server.behave(INSTANT)
    return outcomes
  },
})

/** Of a round trip on a bare socket, what the server did not take. */
async function bareTransit(
  { holdUs, bareRequests }: (typeof DELAYS)[number],
  { server, askBare }: CheckContext,
): Promise<number> {
  await server.behave({ ...INSTANT, holdUs, poll: true })
  const roundTripsUs = await askBare(bareRequests)
  const { holdsUs } = await server.observe()
  return medianOf(roundTripsUs) - medianOf(holdsUs)
}

function judgeDelay(what: string, holdUs: number, transitUs: number, serviceHdr: string): Outcome {
  const expected = holdUs + transitUs
  const measured = quantileOf(serviceHdr, 0.5)
  const whole = (us: number) => formatNumber(Math.round(us))
  const transit = transitUs === 0 ? '' : `, of which a bare socket takes ${whole(transitUs)} µs too`
  return judged(
    { what, expected, measured, tolerance: FIXED_US + RELATIVE * holdUs, unit: 'us' },
    `The median is ${whole(measured - holdUs)} µs above the server's own ${whole(holdUs)} µs${transit}.`,
  )
}
