/** The proxy: a process of its own, so that its CPU time is neither the server's nor the generator's. */
import { serveParent } from '../../servers/process/parent-link.ts'
import { type Exercise, exercise } from './exercise.ts'
import type { FromProxy, ToProxy } from './messages.ts'
import { type Relay, startRelay } from './relay.ts'

let relay: Relay | null = null
/** Until the next move those who still use it may close their connections. */
let before: Relay | null = null
let exercised: Exercise | null = null

async function answer(message: ToProxy): Promise<FromProxy> {
  if (message.type === 'listen') {
    await before?.close()
    before = relay
    relay = await startRelay(message)
    exercised ??= await exercise(() => relay?.lastMs() ?? Number.NEGATIVE_INFINITY)
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
    await Promise.all([before?.close(), relay?.close(), exercised?.close()])
  },
  'PROXY_FAILED',
)
