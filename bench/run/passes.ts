import { commonDrift } from '../../src/checks/drift.ts'
import { type PlannedRound, passOrder } from '../../src/plan/rounds.ts'
import type { Window } from '../load/engine.ts'
import { rateOf } from './capacity.ts'
import { toCell } from './cell-of-lane.ts'
import type { Generator } from './equipment.ts'
import { isGoing, isWhole, type Lane, type RoundContext } from './lane.ts'
import { arrivalsOf, measureSlice } from './slice.ts'

/** Checks that a disturbed machine can fail. */
const MACHINE_CHECKS: ReadonlySet<string> = new Set([
  'steal',
  'foreign-cpu',
  'little',
  'utilisation',
  'pacing',
  'distance',
  'drift',
])
/** Times that an invalid cell is measured again. */
const REPEATS = 4

/** What the machine disturbed. A wrong answer stays wrong: measuring until it does not come would hide it. */
function isWorthRepeating(lane: Lane, point: number, context: RoundContext): boolean {
  const track = lane.tracks[point]
  if (track === undefined || !isGoing(lane, context) || !isWhole(track)) return false
  const [cell] = toCell(lane, track, false, context)
  return (
    cell?.state === 'invalid' &&
    cell.checks.every(({ id, outcome }) => outcome !== 'invalid' || MACHINE_CHECKS.has(id))
  )
}

/** What is judged against each other has to be measured next to each other: the same strategy's other copies come along. */
function withPartners(
  disturbed: readonly Lane[],
  lanes: readonly Lane[],
  point: number,
  context: RoundContext,
): readonly Lane[] {
  const strategies = new Set(disturbed.map(({ subject }) => subject.strategy))
  return lanes.filter((lane) => {
    const track = lane.tracks[point]
    return (
      disturbed.includes(lane) ||
      (strategies.has(lane.subject.strategy) &&
        isGoing(lane, context) &&
        track !== undefined &&
        isWhole(track))
    )
  })
}

/** One point on all servers, and once more on those that the machine disturbed. */
export async function repeatDisturbed(
  point: number,
  plan: PlannedRound,
  lanes: readonly Lane[],
  context: RoundContext,
  measure: (lanes: readonly Lane[]) => Promise<void>,
): Promise<void> {
  await measure(lanes)
  for (let repeat = 1; repeat <= REPEATS; repeat++) {
    const disturbed = lanes.filter((lane) => isWorthRepeating(lane, point, context))
    if (disturbed.length === 0) return
    const again = withPartners(disturbed, lanes, point, context)
    context.listener({ type: 'phase', round: plan.round, phase: `measuring ${again.length} again` })
    for (const lane of again) {
      const track = lane.tracks[point]
      if (track === undefined) continue
      track.earlier.push(...toCell(lane, track, false, context))
      track.attempt = repeat
      track.slices = []
      track.startedAt = null
    }
    await measure(again)
  }
}

/** A point of a scenario in fixed windows. */
export async function measurePoint(
  point: number,
  plan: PlannedRound,
  lanes: readonly Lane[],
  generator: Generator,
  context: RoundContext,
): Promise<void> {
  const windows = new Map(lanes.map((lane) => [lane, windowOf(lane, point, lanes, context)]))
  await repeatDisturbed(point, plan, lanes, context, (some) =>
    runPasses(point, plan, new Map([...windows].filter(([lane]) => some.includes(lane))), generator, context),
  )
}

async function runPasses(
  point: number,
  plan: PlannedRound,
  windows: ReadonlyMap<Lane, WindowOf>,
  generator: Generator,
  context: RoundContext,
): Promise<void> {
  const lanes = [...windows.keys()]
  const { config, scenario } = context
  const passes = scenario.load.kind === 'closed' ? config.slicesPerRound : config.pacedSlicesPerRound
  for (let pass = 0; pass < passes; pass++) {
    for (const { position } of passOrder(plan.subjects, pass)) {
      const lane = lanes.find(({ subject }) => subject.position === position)
      const track = lane?.tracks[point]
      if (lane === undefined || track === undefined || !isGoing(lane, context)) continue
      if (track.refusal !== null) continue
      const window = windows.get(lane)?.(plan.round, pass) ?? null
      if (window === null) continue
      context.listener({ type: 'slice', round: plan.round, pass, strategy: lane.subject.strategy })
      await measureSlice(lane, track, generator, window, context)
    }
  }
  const whole = lanes.flatMap((lane) => lane.tracks[point] ?? []).filter(isWhole)
  const drift = commonDrift(
    whole.map(({ slices }) => ({ load: { slices: slices.map(({ slice }) => slice) } })),
  )
  for (const track of whole) track.roundDrift = drift
}

type WindowOf = (round: number, pass: number) => Window | null

function windowOf(lane: Lane, point: number, lanes: readonly Lane[], context: RoundContext): WindowOf {
  const { config, scenario } = context
  if (scenario.load.kind === 'closed') return () => ({ milliseconds: config.sliceMs, arrivals: null })
  const { load, rate: asked } = lane.tracks[point]?.params ?? {}
  const rate = asked === undefined ? rateOf(lane, lanes, Number(load), context) : Number(asked)
  return (round, pass) =>
    rate === null
      ? null
      : { milliseconds: config.pacedSliceMs, arrivals: arrivalsOf(context, rate, { round, point, pass }) }
}
