import { cpuUs } from '../../../src/metrics/cpu.ts'
import { PROFILES } from '../../../src/plan/profiles.ts'
import { messageOf } from '../../../src/results/errors.ts'
import { expectedHalfWidth } from '../../../src/stats/expected-half-width.ts'
import { sharedVarianceComponents, type VarianceComponents } from '../../../src/stats/variance-components.ts'
import { windowsPerProcess } from '../../../src/stats/windows-per-process.ts'
import { formatNumber } from '../../../src/units.ts'
import { cpuBetween } from '../../machine/cpu-time/thread-time.ts'
import type { Subject } from '../../run/equipment.ts'
import { type Check, type CheckContext, type Outcome, shown } from '../check.ts'

const ROUNDS = 4
const PROCESSES = 3
const WINDOWS = 8
const WINDOW_MS = 100
const CONNECTIONS = 16
const WARM_UP_LIMIT_MS = 10_000
/** Kalibera and Jones advise any number where processes do not differ at all; more than this is never of use. */
const MOST_WINDOWS = 50

interface Pilot {
  /** Logarithms of server CPU per request: rounds, processes, windows. */
  readonly rounds: readonly (readonly (readonly number[])[])[]
  /** Of starting and warming up one process, in milliseconds. */
  readonly processMs: number
  /** That the pilot took. */
  readonly seconds: number
}

interface Lane {
  readonly key: string
  readonly subject: Subject
  readonly costs: number[]
}

/** Two names for the same code: what is left between them is the noise that a run has to see through. */
export const difference: Check = {
  id: 'difference',
  title: 'smallest difference in server CPU per request',
  engine: null,
  timed: false,
  async run(context) {
    const rounds = []
    let processMs = 0
    const startedAt = performance.now()
    try {
      for (let round = 0; round < ROUNDS; round++) {
        const pilot = await measureRound(round, context)
        rounds.push(pilot.costs)
        processMs += pilot.startedMs / (ROUNDS * PROCESSES)
      }
      return advice({ rounds, processMs, seconds: (performance.now() - startedAt) / 1000 })
    } catch (error) {
      // A figure for planning: without it the instrument is no less exact.
      return [notMeasured(messageOf(error))]
    }
  },
}

const notMeasured = (why: string): Outcome =>
  shown('not measured', null, '%', `The pilot gave no figure: ${why}.`)

async function measureRound(round: number, context: CheckContext) {
  const { generator } = context
  const startedAt = performance.now()
  const lanes = await Promise.all(
    Array.from({ length: PROCESSES }, (_, index) => startLane(`${round}-${index}`, context)),
  )
  for (const { key, subject } of lanes) await openLane(key, subject, context)
  await generator.warmUp(
    lanes.map(({ key, subject }) => ({ key, pid: subject.pid })),
    PROFILES.quick.warmupRequests,
    WARM_UP_LIMIT_MS,
  )
  for (const { subject } of lanes) {
    await subject.assertAlive()
    subject.pin()
  }
  const startedMs = performance.now() - startedAt
  for (let window = 0; window < WINDOWS; window++) {
    for (const lane of window % 2 === 0 ? lanes : lanes.toReversed()) await measureWindow(lane, context)
  }
  await Promise.all(lanes.map(({ subject }) => subject.stop()))
  return { costs: lanes.map(({ costs }) => costs), startedMs }
}

async function startLane(key: string, { startSubject }: CheckContext): Promise<Lane> {
  return { key, subject: await startSubject(), costs: [] }
}

async function openLane(key: string, subject: Subject, { generator }: CheckContext): Promise<void> {
  const credentials = await subject.issue(Array.from({ length: CONNECTIONS }, (_, index) => `user-${index}`))
  await generator.open(key, 'autocannon', {
    origin: subject.origin,
    connections: CONNECTIONS,
    expectStatus: 200,
    requests: credentials.map((credential) => ({
      method: 'GET',
      path: '/me',
      headers: { authorization: `Bearer ${credential}` },
    })),
  })
}

async function measureWindow({ key, subject, costs }: Lane, { generator }: CheckContext): Promise<void> {
  const before = await subject.readCpu()
  const { slice } = await generator.slice(key, { milliseconds: WINDOW_MS, arrivals: null })
  const after = await subject.readCpu()
  if (before === null || after === null) throw new Error('the CPU time of a server of ours is not shown')
  costs.push(Math.log(cpuUs(cpuBetween(before, after)) / slice.requests))
}

const percent = (logarithm: number): number => (Math.exp(logarithm) - 1) * 100

/** What runs of these profiles can show here. */
export function advice({ rounds, processMs, seconds }: Pilot): readonly Outcome[] {
  const components = sharedVarianceComponents(rounds)
  if (components === null) return [notMeasured('a window had no answers')]
  const windows = windowsPerProcess(components, { process: processMs, window: WINDOW_MS }, MOST_WINDOWS)
  return [
    ...(['quick', 'ci'] as const).map((profile) => smallestDifference(profile, components, seconds)),
    shown('windows', windows, 'per process', windowsSentence(windows, components)),
  ]
}

function windowsSentence(windows: number, { within, between }: VarianceComponents): string {
  const spread = (variance: number) => `${formatNumber(percent(Math.sqrt(variance)))} %`
  const inOne = `windows of ${WINDOW_MS} ms in one process by ${spread(within)} (standard deviations)`
  if (between === 0) {
    return `Processes of the same code differ by less than can be seen beside ${inOne}: more windows help here as much as more rounds.`
  }
  return `Processes of the same code differ by ${spread(between)}, ${inOne}. Beyond ${windows} windows a process repeats what it has said, and only more rounds say more (Kalibera and Jones).`
}

/**
 * How far the A/A interval of a run reaches, in expected half-widths: in half of the runs, and in 19 of 20. Simulated, with the pilot's own
 * error in it, on a machine that stays as it is; `difference.test.ts` repeats that.
 */
export const REACH = { quick: { usual: 1.9, most: 3.7 }, ci: { usual: 1.45, most: 2.8 } } as const

function smallestDifference(
  profile: keyof typeof REACH,
  components: VarianceComponents,
  pilotSeconds: number,
): Outcome {
  const { rounds, slicesPerRound, sliceMs } = PROFILES[profile]
  // A window of another length averages away as much more of what differs between windows.
  const within = (components.within * WINDOW_MS) / sliceMs
  const halfWidth = expectedHalfWidth({ ...components, within }, slicesPerRound, rounds)
  if (halfWidth === null) return shown(profile, null, '%', `${rounds} rounds have no interval.`)
  const { usual, most } = REACH[profile]
  const text = (factor: number) => `${formatNumber(percent(factor * halfWidth))} %`
  return shown(
    profile,
    percent(most * halfWidth),
    '%',
    `In a ${profile} run (${rounds} rounds) two copies of the same server may differ by ${text(usual)}, in 1 of 20 runs by more than ${text(most)}. Only larger differences are shown. ` +
      `This was measured over ${Math.round(pilotSeconds)} s; a machine whose neighbours change over minutes differs by more, which the A/A line of every report tells.`,
  )
}
