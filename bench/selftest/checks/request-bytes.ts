import type { EngineId } from '../../load/messages.ts'
import { type Check, type CheckContext, easyWindow, judged, targetOf } from '../check.ts'
import { INSTANT } from '../known-behaviour.ts'

/** Of whole request heads. Node's own limit for a head is 16 KiB. */
const SIZES = [100, 1000, 8000] as const
const HEADER = 'x-pad'
/** `x-pad: ` and its line end. */
const HEADER_BYTES = `${HEADER}: \r\n`.length
const MILLISECONDS = 80

/** Bytes of every head that the engine sends with that header, by the server's count. */
async function headBytes(engine: EngineId, headers: Record<string, string>, context: CheckContext) {
  const { server, open } = context
  const load = await open(engine, targetOf(server, 4, headers))
  await server.behave(INSTANT)
  const { requestBytes, responses } = await load.slice(easyWindow(engine, MILLISECONDS))
  const seen = await server.observe()
  return { engine: requestBytes / responses, server: seen.bytes / seen.requests, responses }
}

/** What a credential costs on the wire is counted, not estimated. */
export const bytes = (engine: EngineId): Check => ({
  id: 'bytes',
  title: 'bytes of request heads',
  engine,
  timed: false,
  async run(context) {
    const bare = (await headBytes(engine, {}, context)).server
    const outcomes = []
    for (const size of SIZES) {
      const padding = 'x'.repeat(Math.max(1, size - bare - HEADER_BYTES))
      const seen = await headBytes(engine, { [HEADER]: padding }, context)
      outcomes.push(
        judged(
          { what: `${size} B`, expected: seen.server, measured: seen.engine, tolerance: 0, unit: 'B' },
          `Bytes per response of ${seen.responses} responses, against what came out of the server's sockets.`,
        ),
      )
    }
    return outcomes
  },
})
