import { cpuUs } from '../../src/metrics/cpu.ts'
import { hasConverged } from '../../src/plan/warm-up.ts'
import { type CpuCounter, cpuCounter } from '../machine/cpu-time/cpu-counter.ts'
import type { OpenLoad } from './engine.ts'
import type { WarmUp, WarmUpLane } from './messages.ts'

/** Enough to keep the cores busy with compiling, few enough not to thrash their caches. */
const TOGETHER = 4
/** Short enough to stop soon after the wanted number of responses. */
const WINDOW_MS = 100
/** A server whose cost still falls is given this many times the wanted requests. */
const PATIENCE = 2

interface Lane extends WarmUpLane {
  readonly load: OpenLoad
}

/** A few at a time, each until it has had so many responses and its CPU per request no longer falls, at most for so long. */
export async function warmUp(
  lanes: readonly Lane[],
  requests: number,
  limitMs: number,
): Promise<Record<string, WarmUp>> {
  const until = performance.now() + limitMs
  const warm: Record<string, WarmUp> = {}
  const queue = lanes.values()
  const inTurn = async () => {
    for (const lane of queue) warm[lane.key] = await warmOne(lane, requests, until)
  }
  await Promise.all(Array.from({ length: TOGETHER }, inTurn))
  return warm
}

function usedUs(counter: CpuCounter | null): number | null {
  const cpu = counter?.read() ?? null
  return cpu === null ? null : cpuUs(cpu)
}

async function warmOne({ load, pid }: Lane, wanted: number, until: number): Promise<WarmUp> {
  const costs: number[] = []
  let requests = 0
  const counter = pid === null ? null : cpuCounter([pid])
  let before = usedUs(counter)
  const converged = () => (before === null ? null : hasConverged(costs))
  const goesOn = () => requests < wanted || (requests < wanted * PATIENCE && converged() === false)
  while (goesOn() && performance.now() < until) {
    const slice = await load.slice({ milliseconds: WINDOW_MS, arrivals: null })
    requests += slice.responses
    if (slice.errors + slice.timeouts + slice.unasked > 0) break
    const after = usedUs(counter)
    if (before !== null && after !== null && slice.responses > 0)
      costs.push((after - before) / slice.responses)
    before = after
  }
  return { requests, converged: converged() }
}
