/** Both ends of what the delay proxy puts in between: a process of its own, alone on the server's core. */
import { messageOf } from '../../src/results/errors.ts'
import { awakeEnds } from './awake-ends.ts'
import type { FromAwakeEnds, ToAwakeEnds } from './messages.ts'

const send = (message: FromAwakeEnds): void => void process.send?.(message, undefined, undefined, () => {})
const ends = awakeEnds()

async function answer(message: ToAwakeEnds): Promise<FromAwakeEnds> {
  const { port, roundTrips } = await ends
  if (message.type === 'listen') return { type: 'listening', port }
  return { type: 'taken', roundTripsUs: await roundTrips(message.port, message.messages, message.pauseMs) }
}

process.on('message', (message: ToAwakeEnds) => {
  answer(message).then(send, (error: unknown) =>
    send({ type: 'failed', code: 'AWAKE_ENDS_FAILED', message: messageOf(error) }),
  )
})
// Ctrl-C reaches the whole group; the command decides when the ends go.
process.on('SIGINT', () => undefined)
process.on('SIGTERM', () => process.exit(0))
process.on('disconnect', () => process.exit(0))
