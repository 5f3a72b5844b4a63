import type { EngineSlice } from '../../load/engine.ts'
import type { EngineId } from '../../load/messages.ts'
import { type Check, easyWindow, judged, type Outcome, targetOf } from '../check.ts'
import { INSTANT, type Observed } from '../known-behaviour.ts'

const CLOSE_AFTER = 25
const MILLISECONDS = 500
const CONNECTIONS = 4
const RATE = 1000

/** A server that ends connections after so many responses, without saying so in the response. */
export const closes = (engine: EngineId): Check => ({
  id: 'closes',
  title: 'connections that the server closes',
  engine,
  timed: false,
  async run({ server, open }) {
    const load = await open(engine, targetOf(server, CONNECTIONS))
    await server.behave({ ...INSTANT, closeAfter: CLOSE_AFTER })
    const slice = await load.slice(easyWindow(engine, MILLISECONDS, RATE))
    const observed = await server.observe()
    if (engine === 'autocannon') return [flagged(slice, observed)]
    // The end of a connection that had the last response of the window comes after it.
    return counted(slice, await load.refresh(false), observed)
  },
})

/** Beyond its first failure autocannon can no longer tell which response belongs to which request: the window must not count. */
function flagged({ errors, timeouts, unasked, reconnects }: EngineSlice, { closed }: Observed): Outcome {
  const failures = errors + timeouts + unasked + reconnects
  return judged(
    {
      what: 'told',
      expected: closed > 0 ? 1 : Number.NaN,
      measured: Math.min(failures, 1),
      tolerance: 0,
      unit: 'windows',
    },
    `The server closed ${closed} connections; the engine told ${failures} failures, so that the window ${failures > 0 ? 'is' : 'is not'} discarded.`,
  )
}

function counted(
  { pacing, reconnects, errors, timeouts }: EngineSlice,
  atRest: number,
  { closed, statuses, requests }: Observed,
): readonly Outcome[] {
  const arrivals = pacing?.arrivals ?? Number.NaN
  const answered = Object.values(statuses).reduce((sum, count) => sum + count, 0)
  return [
    judged(
      {
        what: 'reconnects',
        expected: closed > 0 ? closed : Number.NaN,
        // One that had a request on it has lost that too.
        measured: reconnects + atRest + errors,
        tolerance: 0,
        unit: 'connections',
      },
      `The server closed ${closed} connections while it had ${requests} requests.`,
    ),
    judged(
      {
        what: 'lost',
        expected: arrivals - answered,
        measured: errors + timeouts,
        tolerance: 0,
        unit: 'requests',
      },
      `${arrivals} requests were due, and the server answered ${answered}.`,
    ),
  ]
}
