import type { Cpu } from '../../../src/experiments/scale-out/observation.ts'
import { cpuUs } from '../../../src/metrics/cpu.ts'
import type { TrialCount } from '../../../src/plan/profiles.ts'
import type { StrategyInfo } from '../../../src/results/strategy-info.ts'
import type { EngineSlice } from '../../load/engine.ts'
import { protectedRequest, subjectName } from '../../load/http/probe.ts'
import { coresOfInstances, type Pinning, paidCpus, pinProcess } from '../../machine/pinning.ts'
import { startGeneratorProcess } from '../../process/generator-process.ts'
import type { ProvidedRedis } from '../../redis/provide.ts'
import type { Generator, Subject } from '../../run/equipment.ts'
import type { Stage } from '../../trials/experiment.ts'
import { undisturbedRounds } from './undisturbed-rounds.ts'

interface Plan {
  readonly rounds: number
  readonly windowMs: number
  /** Requests of each instance, before anything is measured. */
  readonly warmUp: number
  /** Share of its cores that the instances have to get: where others take more, a request costs what it does beside them. */
  readonly leastShare: number
}
/** An interval takes six rounds. */
const PLANS: Readonly<Record<TrialCount, Plan>> = {
  smoke: { rounds: 2, windowMs: 50, warmUp: 50, leastShare: 0 },
  short: { rounds: 8, windowMs: 100, warmUp: 8000, leastShare: 0.8 },
  full: { rounds: 30, windowMs: 200, warmUp: 16_000, leastShare: 0.8 },
}
const SIZES = [1, 2, 4] as const
const INSTANCES = Math.max(...SIZES)
/** Of each instance, whatever their number. */
const CONNECTIONS = 16
const WARM_UP_LIMIT_MS = 10_000
const OK = 200
const LOAD = 'closed'

interface Instance {
  readonly server: Subject
  readonly generator: Generator
}

/** @throws Error where anything but a right answer came: what it cost is not the cost of a request */
function assertRight({ responses, requests, errors, timeouts, unasked }: EngineSlice): void {
  if (errors + timeouts + unasked > 0 || responses !== requests || requests === 0)
    throw new Error(
      `${responses} answers, ${responses - requests} of them wrong, and ${errors + timeouts + unasked} requests lost`,
    )
}

/** @param core of its client */
async function openInstance(
  stage: Stage,
  { id }: StrategyInfo,
  redis: ProvidedRedis | null,
  core: number | null,
): Promise<Instance> {
  const [server, generator] = await Promise.all([
    stage.server(id, { transport: 'bearer', ...(redis === null ? {} : { redis }) }),
    stage.keep(startGeneratorProcess(core, false, stage.signal), (started) => started.stop()),
  ])
  const users = Array.from({ length: CONNECTIONS }, (_, index) => subjectName(index))
  const credentials = await server.issue(users)
  await generator.open(LOAD, 'autocannon', {
    origin: server.origin,
    connections: CONNECTIONS,
    expectStatus: OK,
    requests: credentials.map((credential) => protectedRequest('bearer', credential)),
  })
  return { server, generator }
}

/** Some instances at once, all with as many requests under way. */
async function loadTogether(
  instances: readonly Instance[],
  milliseconds: number,
): Promise<{ readonly requests: number; readonly cpuUs: number; readonly seconds: number }> {
  const used = async () => {
    const all = await Promise.all(instances.map(({ server }) => server.readCpu()))
    return all.reduce((sum, cpu) => {
      if (cpu === null) throw new Error('this machine does not show the CPU time of a process')
      return sum + cpuUs(cpu)
    }, 0)
  }
  const before = await used()
  const slices = await Promise.all(
    instances.map(async ({ generator }) => {
      const { slice } = await generator.slice(LOAD, { milliseconds, arrivals: null })
      assertRight(slice)
      return slice
    }),
  )
  return {
    requests: slices.reduce((sum, { requests }) => sum + requests, 0),
    cpuUs: (await used()) - before,
    seconds: Math.max(...slices.map(({ seconds }) => seconds)),
  }
}

/**
 * What a request costs the servers when there are one, two and four of them. Each is loaded alone, in pairs and with all others, always with
 * as many requests under way as it can serve, and as often as at every other number: two processes of the same code differ by some per cent,
 * which must not look like a cost of their number.
 */
export async function cpuOfInstances(
  stage: Stage,
  info: StrategyInfo,
  redis: ProvidedRedis | null,
  { count, pinning }: { readonly count: TrialCount; readonly pinning: Pinning },
): Promise<readonly Cpu[]> {
  const { rounds, windowMs, warmUp, leastShare } = PLANS[count]
  const { servers: cores, generators } = coresOfInstances(INSTANCES, pinning, paidCpus())
  const instances: Instance[] = []
  for (const core of generators) instances.push(await openInstance(stage, info, redis, core))
  for (const [slot, { server, generator }] of instances.entries()) {
    stage.signal.throwIfAborted()
    await generator.warmUp([{ key: LOAD, pid: server.pid }], warmUp, WARM_UP_LIMIT_MS)
    // Code is compiled on every core that there is.
    if (server.pid !== null) pinProcess(server.pid, cores[slot] ?? null)
  }
  const visit = async (round: number, size: number) => {
    const onCores = new Set(cores.slice(0, size)).size
    let [requests, used, shareLeast] = [0, 0, 1]
    for (let first = 0; first < INSTANCES; first += size) {
      stage.signal.throwIfAborted()
      // As long for each where they take turns on a core.
      const window = await loadTogether(instances.slice(first, first + size), windowMs * size)
      requests += window.requests
      used += window.cpuUs
      shareLeast = Math.min(shareLeast, window.cpuUs / (window.seconds * 1e6 * onCores))
    }
    const cpu: Cpu = {
      kind: 'cpu',
      strategy: info.id,
      round,
      instances: size,
      cores: onCores,
      requests,
      cpuUs: used,
    }
    return { cpu, share: shareLeast }
  }
  return undisturbedRounds(rounds, leastShare, async (round) => {
    const visits: Awaited<ReturnType<typeof visit>>[] = []
    // There and back, so that what changes over time meets all.
    for (const size of round % 2 === 0 ? SIZES : SIZES.toReversed()) visits.push(await visit(round, size))
    return {
      observations: visits.map(({ cpu }) => cpu),
      share: Math.min(...visits.map(({ share }) => share)),
    }
  })
}
