/** The proxy: a process of its own, so that its CPU time is neither the server's nor the generator's. */
import { serveParent } from '../../servers/process/parent-link.ts'
import { type Exercise, startExercise } from './exercise.ts'
import type { FromProxy, ToProxy } from './messages.ts'
import { type Relay, startRelay } from './relay.ts'

const BETWEEN_MS = 5

let relay: Relay | null = null
/** Until the next move those who still use it may close their connections. */
let before: Relay | null = null
let exercise: Exercise | null = null

async function answer(message: ToProxy): Promise<FromProxy> {
  if (message.type === 'listen') {
    await before?.close()
    before = relay
    exercise ??= await startExercise()
    // Half of it lies between two loads of one request, and some time of its server and its client.
    const withinMs = message.roundTripMs + BETWEEN_MS
    relay = await startRelay({ ...message, onLoad: () => exercise?.seen(withinMs) })
    return { type: 'listening', port: relay.port }
  }
  if (message.type === 'usage') {
    const { user, system } = process.cpuUsage()
    return { type: 'usage', userUs: user, systemUs: system }
  }
  if (relay === null) throw new Error('the proxy does not listen yet')
  return { type: 'checked', seen: relay.seen() }
}

serveParent(
  answer,
  async () => {
    await Promise.all([before?.close(), relay?.close(), exercise?.close()])
  },
  'PROXY_FAILED',
)
