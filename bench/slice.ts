import { attempt, type Lane, type RoundContext, type Track } from './lane.ts'
import type { Arrivals, Window } from './load/engine.ts'
import type { EngineId } from './load/messages.ts'
import { machineTimeBetween } from './machine/proc-stat.ts'
import { cpuBetween } from './machine/schedstat.ts'
import type { Generator } from './ports.ts'

/** One server can have open connections of both engines. */
export const loadKey = (lane: Lane, engine: EngineId): string => `${lane.key} ${engine}`

/** The same for every server that meets the same pass of the same point of the same round. */
export function arrivalsOf(
  { config }: RoundContext,
  ratePerSecond: number,
  place: { readonly round: number; readonly point: number; readonly pass: number },
): Arrivals {
  const { round, point, pass } = place
  return {
    schedule: config.arrivals,
    ratePerSecond,
    seed: (config.seed + 10_000 * round + 100 * point + pass) % 2 ** 32,
  }
}

/** One window on one server, with everything that its counters say about it. */
export async function measureSlice(
  lane: Lane,
  track: Track,
  generator: Generator,
  window: Window,
  context: RoundContext,
): Promise<void> {
  const { server } = lane
  if (server === null) return
  const { bench, signal } = context
  track.startedAt ??= bench.now()
  // Not a lane's failure: without store counters or generator no lane can be measured.
  const endStore = await bench.store?.measure()
  await attempt(lane, signal, async () => {
    const serverBefore = await server.readCpu()
    const machineBefore = bench.readMachineTime()
    const { slice: engine, cpu } = await generator.slice(loadKey(lane, track.engine), window)
    const machine = machineTimeBetween(machineBefore, bench.readMachineTime())
    if (engine.errors + engine.timeouts + engine.reconnects > 0) {
      lane.broken = true
      await server.assertAlive()
    }
    const own = cpuBetween(serverBefore, await server.readCpu())
    const use = endStore === undefined ? null : await endStore()
    if (signal.aborted && engine.requests === 0) return
    track.slices.push({
      engine,
      slice: {
        seconds: engine.seconds,
        requests: engine.requests,
        server: own,
        generator: cpu,
        redisUs: use?.cpuUs ?? (bench.store === null ? 0 : null),
        meanLatencyUs: engine.meanLatencyUs,
        idleUs: engine.idleUs,
        machine,
      },
      store: use === null ? null : { commands: use.commands, bytesIn: use.bytesIn, bytesOut: use.bytesOut },
    })
  })
}
