/** The generator: a process of its own, so that its CPU time and its event loop are nobody else's. */
import { AuthbenchError, messageOf } from '../../src/errors.ts'
import { cpuBetween, readOwnCpu } from '../machine/schedstat.ts'
import { autocannonEngine } from './autocannon.ts'
import type { OpenLoad } from './engine.ts'
import type { FromGenerator, ToGenerator } from './messages.ts'

/** Enough to keep the cores busy with compiling, few enough not to thrash their caches. */
const WARM_UP_TOGETHER = 4
/** Short enough to stop soon after the wanted number of responses. */
const WARM_UP_SLICE_MS = 100

const engine = autocannonEngine
const loads = new Map<string, OpenLoad>()
const send = (message: FromGenerator): void => void process.send?.(message)

async function answer(message: ToGenerator): Promise<FromGenerator> {
  if (message.type === 'open') {
    loads.set(message.key, await engine.open(message.target))
    return { type: 'opened' }
  }
  if (message.type === 'warm up') {
    const { keys, requests, limitMs } = message
    const until = performance.now() + limitMs
    const responses: Record<string, number> = {}
    const queue = keys.values()
    const warmInTurn = async () => {
      for (const key of queue) responses[key] = await warmUp(loadOf(key), requests, until)
    }
    await Promise.all(Array.from({ length: WARM_UP_TOGETHER }, warmInTurn))
    return { type: 'warm', responses }
  }
  const load = loadOf(message.key)
  const before = readOwnCpu()
  const slice = await load.slice(message.milliseconds)
  return { type: 'slice', slice, cpu: cpuBetween(before, readOwnCpu()) }
}

function loadOf(key: string): OpenLoad {
  const load = loads.get(key)
  if (load === undefined) throw new Error(`no open load ${key}`)
  return load
}

async function warmUp(load: OpenLoad, requests: number, until: number): Promise<number> {
  let responses = 0
  while (responses < requests && performance.now() < until) {
    const slice = await load.slice(WARM_UP_SLICE_MS)
    responses += slice.responses
    if (slice.errors + slice.timeouts + slice.reconnects > 0) break
  }
  return responses
}

process.on('message', (message: ToGenerator) => {
  answer(message).then(send, (error: unknown) =>
    send({
      type: 'failed',
      code: error instanceof AuthbenchError ? error.code : 'GENERATOR_FAILED',
      message: messageOf(error),
    }),
  )
})
// The terminal sends Ctrl-C to the whole group; the runner decides when the generator goes.
process.on('SIGINT', () => undefined)
process.on('SIGTERM', () => process.exit(0))
process.on('disconnect', () => process.exit(0))
send({ type: 'ready', engine: engine.id })
