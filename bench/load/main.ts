/** The generator: a process of its own, so that its CPU time and its event loop are nobody else's. */
import { AuthbenchError, messageOf } from '../../src/errors.ts'
import { cpuBetween, readOwnCpu } from '../machine/schedstat.ts'
import { autocannonEngine } from './autocannon.ts'
import type { OpenLoad } from './engine.ts'
import type { FromGenerator, ToGenerator } from './messages.ts'

const engine = autocannonEngine
const loads = new Map<string, OpenLoad>()
const send = (message: FromGenerator): void => void process.send?.(message)

async function answer(message: ToGenerator): Promise<FromGenerator> {
  if (message.type === 'open') {
    loads.set(message.key, await engine.open(message.target))
    return { type: 'opened' }
  }
  const load = loads.get(message.key)
  if (load === undefined) throw new Error(`no open load ${message.key}`)
  const before = readOwnCpu()
  const slice = await load.slice(message.milliseconds)
  return { type: 'slice', slice, cpu: cpuBetween(before, readOwnCpu()) }
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
