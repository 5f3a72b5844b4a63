// In this folder: one file for each check of the self-test.

import type { EngineId } from '../../load/messages.ts'
import { type Check, easyWindow, judged, targetOf } from '../check.ts'
import { INSTANT } from '../known-behaviour.ts'

const WINDOWS = [50, 150, 300] as const

/** Every response is counted, in the window that it belongs to, and the first one of a connection in none. */
export const counts = (engine: EngineId): Check => ({
  id: 'counts',
  title: 'responses counted',
  engine,
  timed: false,
  async run({ server, open }) {
    const load = await open(engine, targetOf(server, 8))
    const outcomes = []
    for (const milliseconds of WINDOWS) {
      await server.behave(INSTANT)
      const { responses } = await load.slice(easyWindow(engine, milliseconds))
      const { requests } = await server.observe()
      outcomes.push(
        judged(
          {
            what: `${milliseconds} ms`,
            // A window in which nothing was asked shows nothing.
            expected: requests > 0 ? requests : Number.NaN,
            measured: responses,
            tolerance: 0,
            unit: 'responses',
          },
          `The server answered ${requests} requests, the engine counted ${responses} responses.`,
        ),
      )
    }
    return outcomes
  },
})
