import type { Params } from '../results/cell.ts'
import type { RunConfig, ScenarioInfo } from '../results/results.ts'
import { formatDuration } from '../units.ts'
import { BASELINE } from './config.ts'
import { isMeasuredIn } from './rounds.ts'

/** What of a scenario says how long it takes. */
export interface ForecastScenario extends Pick<ScenarioInfo, 'strategies' | 'worlds'> {
  readonly load: { readonly kind: 'closed' | 'paced' | 'search' }
  readonly params: readonly Params[]
  readonly entries?: ((params: Params) => number) | undefined
  /** Whether a cache is filled again before each slice. */
  readonly leadsIn?: boolean
}

/** Around a slice, those included that are measured again because something disturbed them. */
const OVERHEAD_MS = 30
/** Before each slice, where a cache is measured. */
const LEAD_IN_MS = 40
/** A server from nothing until its credentials are issued and its answers are right, a few at a time. */
const START_MS = 1200
/** Of one server on a core of its own that warms up. */
const REQUESTS_PER_MS = 15
/** One entry of a store that is filled. */
const ENTRY_MS = 0.03
/** Until a store that was filled has come to rest, before and after. */
const REST_MS = 3500
/** From one world to the next, until code that is new there is warm. */
const MOVE_MS = 600
/** Of a search that begins at half of the capacity. */
const USUAL_TRIALS = 8

function serversOf(config: RunConfig, scenario: ForecastScenario): number {
  const measured = measuredIn(config, scenario, config.strategies)
  return measured === 0 ? 0 : measured + 1
}

/** Two for each of the strategies where another checkout is measured too. */
const measuredIn = ({ against }: RunConfig, scenario: ForecastScenario, ids: readonly string[]): number =>
  ids.filter((id) => isMeasuredIn(scenario, id)).length * (against ? 2 : 1)

/** Slices of one server in a round of the scenario, and the milliseconds that one takes. */
function slicesOf(config: RunConfig, { load, params }: ForecastScenario): readonly [number, number] {
  if (load.kind === 'closed') return [config.slicesPerRound * params.length, config.sliceMs]
  if (load.kind === 'search') return [USUAL_TRIALS, config.trialMs]
  return [config.pacedSlicesPerRound * params.length, config.pacedSliceMs]
}

/** Of all servers. */
export const slicesOfRound = (config: RunConfig, scenario: ForecastScenario): number =>
  serversOf(config, scenario) * slicesOf(config, scenario)[0]

/** What slices and warm-up take, and starting as many servers and filling their stores. */
export function expectedRoundMs(config: RunConfig, scenario: ForecastScenario): number {
  const servers = serversOf(config, scenario)
  const { maxRate } = config
  const warmupMs = Math.min(
    config.warmupLimitMs,
    (servers * config.warmupRequests) / (maxRate === undefined ? REQUESTS_PER_MS : maxRate / 1000),
  )
  const [slices, milliseconds] = slicesOf(config, scenario)
  const movesMs = scenario.worlds === true ? MOVE_MS * (scenario.params.length - 1) : 0
  // The baseline and its copy have no store.
  const withStore = measuredIn(
    config,
    scenario,
    config.strategies.filter((id) => id !== BASELINE),
  )
  const sliceMs = milliseconds + OVERHEAD_MS + (scenario.leadsIn === true ? LEAD_IN_MS : 0)
  const runningMs = servers * (START_MS + movesMs + slices * sliceMs)
  return runningMs + withStore * fillsMs(scenario) + warmupMs
}

/** Of one server in a round. */
function fillsMs({ params, entries }: ForecastScenario): number {
  const fills = new Set(params.map((point) => entries?.(point) ?? 0))
  fills.delete(0)
  return ENTRY_MS * Math.max(0, ...fills) + REST_MS * fills.size
}

/** Of every round of every scenario. */
export const expectedLoadMs = (config: RunConfig, scenarios: readonly ForecastScenario[]): number =>
  config.rounds * scenarios.reduce((sum, scenario) => sum + expectedRoundMs(config, scenario), 0)

export interface ExpectedExperiment {
  readonly id: string
  /** Null: it does not say. */
  readonly ms: number | null
}

const SHORT_MS = 90_000
const MINUTE_MS = 60_000
const about = (ms: number): string =>
  ms < SHORT_MS ? `${Math.ceil(ms / 1000)} s` : formatDuration(MINUTE_MS * Math.ceil(ms / MINUTE_MS))

/** One line before a run: how long it takes on a quiet machine, and what for. */
export function forecastLine(loadMs: number, experiments: readonly ExpectedExperiment[]): string {
  const known = experiments.flatMap(({ id, ms }) => (ms === null ? [] : [{ id, ms }]))
  const unknown = experiments.flatMap(({ id, ms }) => (ms === null ? [id] : []))
  const total = known.reduce((sum, { ms }) => sum + ms, loadMs)
  const parts = [
    ...(loadMs === 0 || experiments.length === 0 ? [] : [`loads ${about(loadMs)}`]),
    ...known.map(({ id, ms }) => `${id} ${about(ms)}`),
  ]
  return [
    `This takes about ${about(total)} on a quiet machine`,
    ...(parts.length < 2 ? [] : [` (${parts.join(', ')})`]),
    ...(unknown.length === 0 ? [] : [`, and as long as ${unknown.join(', ')} may need`]),
    '.',
  ].join('')
}
