import { checkCell, stateOf } from '../../src/checks/registry.ts'
import type { Cell, CompletedCell, LoadSample, Pacing, Probe, StoreUse } from '../../src/results/cell.ts'
import type { EngineSlice, SlicePacing } from '../load/engine.ts'
import { countsOf, pacingCountsOf, sum } from '../load/slice-sums.ts'
import { isWhole, type Lane, type MeasuredSlice, type RoundContext, type Track } from './lane.ts'
import { infoIn, worldAt } from './world.ts'

/**
 * The track's attempt as a cell; none where nothing was measured.
 * @param ended the run stops here: what is not whole was interrupted
 */
export function toCell(lane: Lane, track: Track, ended: boolean, context: RoundContext): Cell[] {
  const { slices, params, attempt, search } = track
  const key = { ...lane.subject, scenario: context.scenario.id, params, round: lane.round, attempt }
  if (track.refusal !== null) return [refused(lane, track.refusal, key)]
  if (lane.error !== null && !isWhole(track)) {
    return [{ state: 'failed', ...key, error: { code: lane.error.code, message: lane.error.message } }]
  }
  if (lane.probe === null || slices.length === 0) {
    // Stopped before its turn; what was not stopped and has nothing to show is a failure, never silence.
    return ended ? [] : [{ state: 'failed', ...key, error: unmeasured(lane) }]
  }
  const measured = {
    ...key,
    startedAt: (track.startedAt ?? context.bench.now()).toISOString(),
    warmup: { ...(track.warmup ?? lane.warmup), wanted: context.config.warmupRequests },
    load: sumSlices(track, context),
    search: search === null ? null : { passed: search.passed, failed: search.failed },
    store: sumStore(slices),
    cache: sumCache(slices),
    fill: track.fill,
    probe: track.probe ?? lane.probe,
  }
  const checks = checkCell(
    measured,
    infoIn(lane.info, worldAt(params, context)),
    track.roundDrift,
    context.config.timed !== false,
  )
  const cutShort = ended && !isWhole(track)
  return [{ state: cutShort ? 'interrupted' : stateOf(checks), ...measured, checks }]
}

type Key = Pick<Cell, 'strategy' | 'arm' | 'scenario' | 'params' | 'round' | 'position' | 'attempt'>

function refused({ info }: Lane, refusal: Probe, key: Key): Cell {
  const message = `${info.title} answers ${refusal.ownStatus} to a credential of ${refusal.credentialBytes} bytes`
  return { state: 'failed', ...key, error: { code: 'CREDENTIAL_REFUSED', message }, refusal }
}

function unmeasured({ broken, info }: Lane): { readonly code: string; readonly message: string } {
  return broken
    ? {
        code: 'SERVER_UNRELIABLE',
        message: `${info.title} lost connections or left requests without an answer before this was its turn`,
      }
    : { code: 'NOT_MEASURED', message: `${info.title} gave no answer that its load could be set by` }
}

function sumSlices({ slices, engine, connections }: Track, { config }: RoundContext): LoadSample {
  const engines = slices.map((slice) => slice.engine)
  return {
    engine,
    connections,
    slices: slices.map(({ slice }) => slice),
    ...countsOf(engines),
    pacing: sumPacing(engines, config.arrivals),
  }
}

/** Rates weigh by their requests: as many at the mean rate take as long as they did. */
function sumPacing(engines: readonly EngineSlice[], schedule: Pacing['schedule']): Pacing | null {
  const paced = engines.flatMap(({ pacing }) => pacing ?? [])
  if (paced.length === 0) return null
  const arrivals = sum(paced, (pacing) => pacing.arrivals)
  const meanRate = (read: (pacing: SlicePacing) => number) => {
    const seconds = sum(paced, (pacing) => (read(pacing) > 0 ? pacing.arrivals / read(pacing) : 0))
    return seconds > 0 ? arrivals / seconds : 0
  }
  return {
    ...pacingCountsOf(paced),
    schedule,
    targetRate: meanRate(({ targetRate }) => targetRate),
    achievedRate: meanRate(({ achievedRate }) => achievedRate),
  }
}

function sumStore(slices: readonly MeasuredSlice[]): StoreUse | null {
  const total = { commands: {} as Record<string, number>, bytesIn: 0, bytesOut: 0 }
  for (const { store } of slices) {
    if (store === null) return null
    for (const [command, count] of Object.entries(store.commands)) {
      total.commands[command] = (total.commands[command] ?? 0) + count
    }
    total.bytesIn += store.bytesIn
    total.bytesOut += store.bytesOut
  }
  return total
}

function sumCache(slices: readonly MeasuredSlice[]): CompletedCell['cache'] {
  const used = slices.flatMap(({ cache }) => cache ?? [])
  if (used.length === 0) return null
  return { hits: sum(used, ({ hits }) => hits), misses: sum(used, ({ misses }) => misses) }
}
