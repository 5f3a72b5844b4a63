import type { AgentWindow, ProcessCpu } from '../../src/results/cell.ts'
import type { EngineSlice, SlicePacing } from '../load/engine.ts'
import { countsOf, pacingCountsOf, sum } from '../load/slice-sums.ts'
import type { PartOfWindow } from './messages.ts'

export interface Part extends PartOfWindow {
  readonly agent: string
  readonly connections: number
  /** On the machine whose processors the run watches. */
  readonly isHere: boolean
  /** Which machine it is on; null: that is not told. */
  readonly on: string | null
}

/** A window of several generators as one that had all their connections; counts add up and histograms merge, so nothing is lost. */
export function mergeParts(parts: readonly Part[]): EngineSlice {
  const slices = parts.map(({ slice }) => slice)
  const startUs = Math.min(...parts.map(({ startedAtUs }) => startedAtUs))
  const endUs = Math.max(...parts.map(({ startedAtUs, slice }) => startedAtUs + slice.seconds * 1e6))
  const seconds = (endUs - startUs) / 1e6
  const counts = countsOf(slices)
  const { responses } = counts
  return {
    seconds,
    requests: sum(slices, (slice) => slice.requests),
    ...counts,
    meanLatencyUs:
      responses === 0 ? 0 : sum(slices, (slice) => slice.meanLatencyUs * slice.responses) / responses,
    // Connections wait before their agent has begun and after it has ended as well.
    idleUs: sum(
      parts,
      ({ slice, connections }) => slice.idleUs + connections * (seconds - slice.seconds) * 1e6,
    ),
    pacing: pacingOf(slices),
  }
}

function pacingOf(slices: readonly EngineSlice[]): SlicePacing | null {
  const paced = slices.flatMap(({ pacing }) => pacing ?? [])
  if (paced.length === 0) return null
  return {
    ...pacingCountsOf(paced),
    targetRate: sum(paced, ({ targetRate }) => targetRate),
    achievedRate: sum(paced, ({ achievedRate }) => achievedRate),
  }
}

/** Of all agents' generators together. */
export function cpuOfAll(parts: readonly Part[]): ProcessCpu {
  const waited = parts.map(({ cpu }) => cpu.runQueueUs)
  return {
    mainUs: sum(parts, ({ cpu }) => cpu.mainUs),
    otherUs: sum(parts, ({ cpu }) => cpu.otherUs),
    runQueueUs: waited.includes(null) ? null : sum(waited, (us) => us ?? 0),
  }
}

/** What each agent did, for the checks that hold for each of them. */
export function agentWindows(parts: readonly Part[]): AgentWindow[] {
  const firstUs = Math.min(...parts.map(({ startedAtUs }) => startedAtUs))
  return parts.map(
    ({ agent, connections, slice, cpu, startedAtUs, clockBoundUs, machine, throttled, isHere, on }) => ({
      agent,
      connections,
      seconds: slice.seconds,
      responses: slice.responses,
      meanLatencyUs: slice.meanLatencyUs,
      idleUs: slice.idleUs,
      ...(slice.pacing === null
        ? {}
        : { inFlightUs: slice.pacing.inFlightUs, serviceUs: slice.pacing.serviceUs }),
      cpu,
      machine,
      ...(throttled === null ? {} : { throttled }),
      ...(on === null ? {} : { on }),
      isHere,
      behindUs: startedAtUs - firstUs,
      clockBoundUs,
    }),
  )
}
