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

/** On the machines of agents that are not here: the largest share that others used of one; null where none is told. */
export function foreignShareElsewhere({ load }: CellData): { agent: string; share: number } | null {
  const sums = new Map<string, { foreign: number; total: number }>()
  for (const window of load.slices.flatMap(({ agents = [] }) => agents)) {
    if (window.isHere || window.machine === null) continue
    const before = sums.get(window.agent) ?? { foreign: 0, total: 0 }
    sums.set(window.agent, {
      foreign: before.foreign + window.machine.busyUs - cpuOf(window),
      total: before.total + window.machine.totalUs,
    })
  }
  const shares = [...sums].flatMap(([agent, { foreign, total }]) =>
    total === 0 ? [] : [{ agent, share: Math.max(0, foreign / total) }],
  )
  return shares.sort((one, other) => other.share - one.share)[0] ?? null
}

export const foreignOnAgents: CellCheck = {
  id: 'foreign-cpu-agents',
  ofTime: true,
  check(cell) {
    const worst = foreignShareElsewhere(cell)
    if (worst === null) return null
    return judged(
      'foreign-cpu-agents',
      worst.share,
      LIMITS.foreign,
      `On the machine of ${worst.agent} other processes used ${formatPercent(worst.share)} of the processor time.`,
    )
  },
}
