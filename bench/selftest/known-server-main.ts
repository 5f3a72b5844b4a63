/** The known server, a process of its own like every server of a run. */
import { messageOf } from '../../src/results/errors.ts'
import { type KnownServer, startKnownServer } from './known-server.ts'
import type { FromKnownServer, ToKnownServer } from './messages.ts'

let server: KnownServer | null = null
const send = (message: FromKnownServer): void => void process.send?.(message, undefined, undefined, () => {})

async function answer(message: ToKnownServer): Promise<FromKnownServer> {
  server ??= await startKnownServer()
  switch (message.type) {
    case 'listen':
      return { type: 'listening', port: server.port }
    case 'behave':
      server.behave(message.behaviour)
      return { type: 'behaving' }
    case 'observe':
      return { type: 'observed', observed: server.observe() }
    default:
      return message satisfies never
  }
}

process.on('message', (message: ToKnownServer) => {
  answer(message).then(send, (error: unknown) =>
    send({ type: 'failed', code: 'KNOWN_SERVER_FAILED', message: messageOf(error) }),
  )
})
// Ctrl-C reaches the whole group; the command decides when the server goes.
process.on('SIGINT', () => undefined)
process.on('SIGTERM', () => process.exit(0))
process.on('disconnect', () => process.exit(0))
