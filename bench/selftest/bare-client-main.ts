/** The bare client: a process of its own on the generator's core, asleep between its requests as a load engine is. */
import { messageOf } from '../../src/results/errors.ts'
import { askBare } from './bare-client.ts'
import type { FromBareClient, ToBareClient } from './messages.ts'

const send = (message: FromBareClient): void => void process.send?.(message, undefined, undefined, () => {})

process.on('message', ({ port, requests }: ToBareClient) => {
  askBare(port, requests).then(
    (roundTripsUs) => send({ type: 'asked', roundTripsUs }),
    (error: unknown) => send({ type: 'failed', code: 'BARE_CLIENT_FAILED', message: messageOf(error) }),
  )
})
// Ctrl-C reaches the whole group; the command decides when the client goes.
process.on('SIGINT', () => undefined)
process.on('SIGTERM', () => process.exit(0))
process.on('disconnect', () => process.exit(0))
