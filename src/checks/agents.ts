import type { CellData } from '../metrics/metric.ts'
import type { AgentWindow, Slice } from '../results/cell.ts'
import { formatNumber, formatPercent } from '../units.ts'
import { type CellCheck, judged } from './check.ts'
import { LIMITS } from './limits.ts'

const windowsOf = ({ load }: CellData): readonly (readonly AgentWindow[])[] =>
  load.slices.flatMap(({ agents }) => (agents === undefined ? [] : [agents]))

const most = (values: readonly number[]): number => values.reduce((one, other) => Math.max(one, other), 0)

/** What a window is longer by because its agents do not begin at once, and what their clocks hide of it. */
const apartUs = (agents: readonly AgentWindow[]): number =>
  most(agents.map(({ behindUs }) => behindUs)) + most(agents.map(({ clockBoundUs }) => clockBoundUs))

/** Before the last agent has begun, the server meets less than the load that is told. */
export const startSkew: CellCheck = {
  id: 'start-skew',
  ofTime: true,
  check(cell) {
    const windows = windowsOf(cell)
    if (windows.length === 0) return null
    const apart = windows.reduce((sum, agents) => sum + apartUs(agents), 0)
    const whole = cell.load.slices.reduce((sum, { seconds }) => sum + seconds * 1e6, 0)
    const share = apart / whole
    return judged(
      'start-skew',
      share,
      LIMITS.startSkew,
      `Load agents began ${formatNumber(apart / windows.length / 1000)} ms apart, error of their clocks included: ${formatPercent(share)} of a window.`,
    )
  },
}

/** By agent: how far its throughput times latency is from its requests in flight. */
function offBy(windows: readonly (readonly AgentWindow[])[]): ReadonlyMap<string, number> {
  const sums = new Map<string, { waited: number; available: number }>()
  for (const window of windows.flat()) {
    const { agent, responses, meanLatencyUs, seconds, idleUs, connections, inFlightUs, serviceUs } = window
    const own = sums.get(agent) ?? { waited: 0, available: 0 }
    own.waited += serviceUs ?? responses * meanLatencyUs
    own.available += inFlightUs ?? connections * seconds * 1e6 - idleUs
    sums.set(agent, own)
  }
  return new Map(
    [...sums].flatMap(([agent, { waited, available }]) =>
      available === 0 ? [] : [[agent, Math.abs(waited / available - 1)] as const],
    ),
  )
}

/** Little's law holds for each agent as it does for all (see `little`): one that miscounts must not hide behind the others. */
export const agentBooks: CellCheck = {
  id: 'agent-books',
  ofTime: true,
  check(cell) {
    const windows = windowsOf(cell)
    if (windows.length === 0) return null
    const [worst] = [...offBy(windows)].sort(([, one], [, other]) => other - one)
    if (worst === undefined) return null
    const [agent, off] = worst
    return judged(
      'agent-books',
      off,
      LIMITS.little,
      `Throughput times latency of each load agent is its requests in flight, at most ${formatPercent(off)} off (${agent}).`,
    )
  },
}

const cpuOf = ({ cpu }: AgentWindow): number => cpu.mainUs + cpu.otherUs

/** Of load generators on the machine whose processors are watched. */
export const generatorsHereUs = ({ agents, generator }: Slice): number =>
  agents === undefined
    ? generator.mainUs + generator.otherUs
    : agents.reduce((sum, agent) => sum + (agent.isHere ? cpuOf(agent) : 0), 0)

/** Share of a core that the busiest generator used, or wanted while others had it: an agent that waits for a processor is one that is late. */
export function busiestGenerator({ load }: CellData): number {
  const used = new Map<string, { us: number; seconds: number }>()
  for (const { agents, generator, seconds } of load.slices) {
    const each = agents?.map(({ agent, cpu, seconds: own }) => ({
      agent,
      us: cpu.mainUs + (cpu.runQueueUs ?? 0),
      seconds: own,
    })) ?? [{ agent: '', us: generator.mainUs, seconds }]
    for (const one of each) {
      const before = used.get(one.agent) ?? { us: 0, seconds: 0 }
      used.set(one.agent, { us: before.us + one.us, seconds: before.seconds + one.seconds })
    }
  }
  return most([...used.values()].map(({ us, seconds }) => us / 1e6 / seconds))
}

/** Of each machine that agents are on and the run is not: sums over the windows. */
function machinesElsewhere({ load }: CellData) {
  const machines = new Map<string, { name: string; foreignUs: number; stealUs: number; totalUs: number }>()
  for (const { agents = [] } of load.slices) {
    // Two on one machine see each other's work there: it is counted once, less that of both.
    const seen = new Set<string>()
    for (const { agent, isHere, machine, on = agent } of agents) {
      if (isHere || machine === null || seen.has(on)) continue
      seen.add(on)
      const own = agents.filter((other) => (other.on ?? other.agent) === on)
      const before = machines.get(on) ?? { name: agent, foreignUs: 0, stealUs: 0, totalUs: 0 }
      const foreign = machine.busyUs - own.reduce((sum, each) => sum + cpuOf(each), 0)
      machines.set(on, {
        name: before.name,
        foreignUs: before.foreignUs + foreign,
        stealUs: before.stealUs + machine.stealUs,
        totalUs: before.totalUs + machine.totalUs,
      })
    }
  }
  return [...machines.values()].filter(({ totalUs }) => totalUs > 0)
}

function worstElsewhere(
  cell: CellData,
  part: 'foreignUs' | 'stealUs',
): { readonly name: string; readonly share: number } | null {
  const shares = machinesElsewhere(cell).map((machine) => ({
    name: machine.name,
    share: Math.max(0, machine[part] / machine.totalUs),
  }))
  return shares.sort((one, other) => other.share - one.share)[0] ?? null
}

export const foreignOnAgents: CellCheck = {
  id: 'foreign-cpu-agents',
  ofTime: true,
  check(cell) {
    const worst = worstElsewhere(cell, 'foreignUs')
    if (worst === null) return null
    return judged(
      'foreign-cpu-agents',
      worst.share,
      LIMITS.foreign,
      `On the machine of ${worst.name} other processes used ${formatPercent(worst.share)} of the processor time.`,
    )
  },
}

export const stealOnAgents: CellCheck = {
  id: 'steal-agents',
  ofTime: true,
  check(cell) {
    const worst = worstElsewhere(cell, 'stealUs')
    if (worst === null) return null
    return judged(
      'steal-agents',
      worst.share,
      LIMITS.steal,
      `On the machine of ${worst.name} the hypervisor took ${formatPercent(worst.share)} of the processor time.`,
    )
  },
}

/** By agent, summed over the windows. */
function sumsByAgent(cell: CellData, read: (window: AgentWindow) => number): ReadonlyMap<string, number> {
  const sums = new Map<string, number>()
  for (const window of windowsOf(cell).flat())
    sums.set(window.agent, (sums.get(window.agent) ?? 0) + read(window))
  return sums
}

/** A quota that stops an agent stops its users, who then seem to wait for the server. */
export const throttlingOnAgents: CellCheck = {
  id: 'throttling-agents',
  ofTime: true,
  check(cell) {
    const windows = windowsOf(cell).flat()
    if (!windows.some(({ throttled }) => throttled !== undefined)) return null
    const stopped = sumsByAgent(cell, ({ throttled }) => throttled?.stoppedUs ?? 0)
    const seconds = sumsByAgent(cell, (window) => window.seconds)
    const shares = [...stopped].map(([agent, us]) => ({ agent, share: us / 1e6 / (seconds.get(agent) ?? 1) }))
    const [worst] = shares.sort((one, other) => other.share - one.share)
    if (worst === undefined) return null
    return judged(
      'throttling-agents',
      worst.share,
      LIMITS.throttling,
      `A CPU quota kept ${worst.agent} from running for ${formatPercent(worst.share)} of the time.`,
    )
  },
}

/** One that froze in a window loads longer than the others, which wait for it: less load than is told. */
export const agentsEnd: CellCheck = {
  id: 'agents-end',
  ofTime: true,
  check(cell) {
    const seconds = [...sumsByAgent(cell, (window) => window.seconds).values()]
    if (seconds.length < 2) return null
    const longer = most(seconds) / Math.min(...seconds) - 1
    return judged(
      'agents-end',
      longer,
      LIMITS.agentsEnd,
      `The windows of the slowest load agent were ${formatPercent(longer)} longer than those of the fastest.`,
    )
  },
}
