import type { Cell, LoadSample, StoreUse } from '../src/cell.ts'
import { checkCell, stateOf } from '../src/checks/registry.ts'
import { encodeHistogram, mergeHistograms } from '../src/histogram.ts'
import type { Lane, MeasuredSlice, RoundContext } from './lane.ts'
import type { EngineSlice } from './load/engine.ts'

/**
 * The lane's attempt as a cell; none where nothing was measured.
 * @param ended the run stops here: what is not whole was interrupted
 */
export function toCell(lane: Lane, engine: string, ended: boolean, context: RoundContext): Cell[] {
  const { probe, slices } = lane
  const key = { ...lane.plan, attempt: lane.attempt }
  if (lane.error !== null) {
    return [{ state: 'failed', ...key, error: { code: lane.error.code, message: lane.error.message } }]
  }
  if (probe === null || slices.length === 0) return []
  const measured = {
    ...key,
    startedAt: (lane.startedAt ?? context.bench.now()).toISOString(),
    warmup: { requests: lane.warmupRequests, wanted: context.config.warmupRequests },
    load: sumSlices(slices, engine, context.config.connections),
    store: sumStore(slices),
    probe,
  }
  const checks = checkCell(measured, lane.info, lane.roundDrift)
  const cutShort = ended && slices.length < context.config.slicesPerRound
  return [{ state: cutShort ? 'interrupted' : stateOf(checks), ...measured, checks }]
}

function sumSlices(slices: readonly MeasuredSlice[], engine: string, connections: number): LoadSample {
  const total = (read: (slice: EngineSlice) => number) =>
    slices.reduce((sum, slice) => sum + read(slice.engine), 0)
  const statuses: Record<string, number> = {}
  for (const { engine: slice } of slices) {
    for (const [status, count] of Object.entries(slice.statuses))
      statuses[status] = (statuses[status] ?? 0) + count
  }
  return {
    engine,
    connections,
    slices: slices.map(({ slice }) => slice),
    latencyHdr: encodeHistogram(mergeHistograms(slices.map((slice) => slice.engine.latencyHdr))),
    responses: total((slice) => slice.responses),
    requestBytes: total((slice) => slice.requestBytes),
    statuses,
    errors: total((slice) => slice.errors),
    timeouts: total((slice) => slice.timeouts),
    reconnects: total((slice) => slice.reconnects),
  }
}

function sumStore(slices: readonly MeasuredSlice[]): StoreUse | null {
  const sum = { commands: {} as Record<string, number>, bytesIn: 0, bytesOut: 0 }
  for (const { store } of slices) {
    if (store === null) return null
    for (const [command, count] of Object.entries(store.commands)) {
      sum.commands[command] = (sum.commands[command] ?? 0) + count
    }
    sum.bytesIn += store.bytesIn
    sum.bytesOut += store.bytesOut
  }
  return sum
}
