/** The generator: a process of its own, so that its CPU time and its event loop are nobody else's. */
import { AuthbenchError, messageOf } from '../../src/results/errors.ts'
import { readOwnCpu } from '../machine/cpu-time/own-cpu.ts'
import { cpuBetween } from '../machine/cpu-time/thread-time.ts'
import { autocannonEngine } from './autocannon/engine.ts'
import type { LoadEngine, OpenLoad } from './engine.ts'
import { type EngineId, type FromGenerator, type ToGenerator, unpacked } from './messages.ts'
import { pacedEngine } from './paced/engine.ts'
import { monotonicUs, waitUntil } from './start-time.ts'
import { warmUp } from './warm-up.ts'

const ENGINES: Readonly<Record<EngineId, LoadEngine>> = { autocannon: autocannonEngine, paced: pacedEngine }
const loads = new Map<string, OpenLoad>()
const send = (message: FromGenerator): void => void process.send?.(message)

async function answer(message: ToGenerator): Promise<FromGenerator> {
  if (message.type === 'open') {
    loads.get(message.key)?.close()
    loads.set(message.key, await ENGINES[message.engine].open(unpacked(message.target)))
    return { type: 'opened' }
  }
  if (message.type === 'warm up') {
    const { lanes, requests, limitMs } = message
    const open = lanes.map(({ key, pid }) => ({ key, pid, load: loadOf(key) }))
    return { type: 'warm', lanes: await warmUp(open, requests, limitMs) }
  }
  const load = loadOf(message.key)
  if (message.type === 'refresh') return { type: 'refreshed', closed: await load.refresh(message.all) }
  if (message.startAtUs !== undefined) await waitUntil(message.startAtUs)
  const before = readOwnCpu()
  const startedAtUs = monotonicUs()
  const slice = await load.slice(message.window)
  return { type: 'slice', slice, cpu: cpuBetween(before, readOwnCpu()), startedAtUs }
}

function loadOf(key: string): OpenLoad {
  const load = loads.get(key)
  if (load === undefined) throw new Error(`no open load ${key}`)
  return load
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
send({ type: 'ready' })
