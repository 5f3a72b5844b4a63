// In this folder: what was typed becomes a planned run. Options and files are read and checked before anything starts.

import { randomInt } from 'node:crypto'
import type { KeyMaterial, TokenProfile } from '../../servers/contract.ts'
import { assertFits } from '../../servers/http/credential-size.ts'
import { usualStrategies } from '../../servers/registry.ts'
import { generateKeys } from '../../servers/tokens/keys.ts'
import { assertNoneTaken } from '../../servers/user-files/claims-file.ts'
import { DEFAULT_GATES, type Gate, parseGates } from '../../src/gates/gate.ts'
import { type Options, resolveConfig, saidOfWorld } from '../../src/plan/config.ts'
import { AuthbenchError } from '../../src/results/errors.ts'
import type { RunConfig } from '../../src/results/results.ts'
import { formatDuration, formatList } from '../../src/units.ts'
import { saidBy } from '../../src/worlds/world.ts'
import { namesCluster } from '../redis/provide.ts'
import { worldAt } from '../run/world.ts'
import { SCENARIOS } from '../scenarios/registry.ts'
import {
  applicableScenarios,
  atRate,
  type Scenario,
  withConnections,
  withEntries,
} from '../scenarios/scenario.ts'
import { type Chosen, choosable, chosenStrategies } from '../subjects/chosen-strategies.ts'
import { assertHasStrategies, type BaseCheckout, openBase } from '../subjects/other-checkout.ts'
import { describeStrategies } from '../subjects/own-strategies.ts'
import { placed, readTarget, TARGET_ID, type Target } from '../subjects/target.ts'
import { beyondAgents, ignoredBeside, OPTIONS_OF_WORLD, timesIn, unproven } from './ignored-beside.ts'
import { refuseIgnored } from './ignored-options.ts'
import { LONGEST_SUBJECT, readClaims, redisUrl } from './options.ts'
import {
  ignoredWithoutLoad,
  type PlannedExperiment,
  plannedExperiments,
  strategiesOfExperiments,
} from './plan-experiments.ts'
import { configElsewhere, ignoredElsewhere, scenariosElsewhere } from './target-elsewhere.ts'

/** What a run measures: options and files read, everything checked that needs no server. */
export interface PlannedRun {
  readonly config: RunConfig
  readonly target: Target | null
  readonly token: TokenProfile
  readonly keys: KeyMaterial
  readonly gates: readonly Gate[]
  /** Those that the user named. */
  readonly namedGates: readonly Gate[]
  readonly base: BaseCheckout | null
  readonly strategies: Chosen
  readonly scenarios: readonly Scenario[]
  readonly experiments: readonly PlannedExperiment[]
  /** Experiments of the profile that are about none of the strategies that the user named. */
  readonly leftOut: readonly string[]
  /** Those of `strategies`, and those that only experiments start. */
  readonly started: Chosen
}

/**
 * @returns null when interrupted
 * @throws AuthbenchError OPTIONS_INVALID, FILE_*, CLAIMS_*, STRATEGY_*, TARGET_*, CREDENTIALS_*, CA_FILE_*, HEADER_*, BODY_*, GATE_INVALID, AGAINST_*, SCENARIO_NOT_APPLICABLE, DISTANCE_TO_CLUSTER, WEAK_KEY
 */
export async function planRun(
  options: Options,
  wantsChecklist: boolean,
  signal: AbortSignal,
): Promise<PlannedRun | null> {
  refuseIgnored(ignoredBeside(options, wantsChecklist))
  const token = readClaims(options.claims)
  const own = await describeStrategies(options.strategy ?? [], signal)
  if (own === null) return null
  const target =
    options.target === undefined ? null : await placed(readTarget(options.target, options), options)
  const remote = target?.place?.remote
  refuseIgnored(ignoredElsewhere(options, remote))
  const added = [...own.map(({ info }) => info.id), ...(target === null ? [] : [TARGET_ID])]
  const local = resolveConfig(
    remote === undefined ? options : scenariosElsewhere(options),
    {
      strategies: choosable(own, target),
      usual: usualStrategies,
      added,
      alone: [TARGET_ID],
      scenarios: SCENARIOS.map(({ id }) => id),
      experiments: strategiesOfExperiments(own),
    },
    {
      profile: 'quick',
      seed: randomInt(2 ** 32),
      extraClaims: options.claims === undefined ? [] : Object.keys(token.claims),
    },
  )
  const resolved = remote === undefined ? local : configElsewhere(local, remote)
  const experiments = plannedExperiments(resolved, own, options)
  const planned = experiments.map(({ meaning }) => meaning.id)
  const { experiments: wanted = [], ...rest } = resolved
  const config: RunConfig = { ...rest, ...(planned.length === 0 ? {} : { experiments: planned }) }
  refuseIgnored(ignoredWithoutLoad(options, config))
  const gates = parseGates(options.gate ?? [])
  const namedGates = gates.filter((gate) => !DEFAULT_GATES.includes(gate))
  const base = options.against === undefined ? null : openBase(options.against)
  if (base !== null) await assertHasStrategies(base, config.strategies)
  const strategies = chosenStrategies(config.strategies, own, target)
  const scenarios = scenariosOf(config, strategies, options)
  refuseIgnored(unproven(strategies, scenarios, experiments, options))
  if (namesCluster(redisUrl(options.redis))) assertNoDistance(config, scenarios)
  refuseIgnored(beyondAgents(scenarios, planned, options))
  const started = unionOf(strategies, experiments, own)
  assertNoneTaken(token, started.infos)
  refuseIgnored(timesIn(config, namedGates, scenarios))
  const keys = await generateKeys()
  const { transport, ttlSeconds } = config
  for (const strategy of started.known) {
    await assertFits(strategy, { keys, token, ttlSeconds, transport }, LONGEST_SUBJECT)
  }
  return {
    config,
    target,
    token,
    keys,
    gates,
    namedGates,
    base,
    strategies,
    scenarios,
    experiments,
    leftOut: wanted.filter((id) => !planned.includes(id)),
    started,
  }
}

/** Experiments may be about strategies that the scenarios do not load. */
function unionOf(
  { infos }: Chosen,
  experiments: readonly PlannedExperiment[],
  own: Parameters<typeof chosenStrategies>[1],
): Chosen {
  const all = [...infos, ...experiments.flatMap(({ strategies }) => strategies)].map(({ id }) => id)
  return chosenStrategies([...new Set(all)], own, null)
}

/**
 * What lies in the way to one server would be left at the first answer that names another.
 * @throws AuthbenchError DISTANCE_TO_CLUSTER
 */
function assertNoDistance(config: RunConfig, scenarios: readonly Scenario[]): void {
  const far = scenarios.filter((scenario) =>
    scenario.params.some((point) => worldAt(point, { config, scenario }).storeRttMs > 0),
  )
  if (far.length === 0) return
  throw new AuthbenchError(
    'DISTANCE_TO_CLUSTER',
    `${formatList(far.map(({ id }) => id))}: no distance can be laid between servers and a Redis Cluster, which says itself where its servers are`,
    { next: 'Leave it out with --scenarios, or --store-rtt, or give a single Redis with --redis.' },
  )
}

/** Of all servers in one round of a closed loop: credentials are issued once in it. */
const windowsMs = ({ strategies, against, slicesPerRound, sliceMs }: RunConfig): number =>
  (strategies.length * (against ? 2 : 1) + 1) * slicesPerRound * sliceMs

/** @throws AuthbenchError OPTIONS_INVALID, SCENARIO_NOT_APPLICABLE */
function scenariosOf(config: RunConfig, { infos }: Chosen, options: Options): readonly Scenario[] {
  const { scenarios: ids, entries, maxRate, ttlSeconds } = config
  const { scenarios: named, slo, arrivals } = options
  const asked = SCENARIOS.filter(({ id }) => ids.includes(id)).map((scenario) =>
    atRate(withConnections(withEntries(scenario, entries), options.connections), maxRate),
  )
  const scenarios = asked.length === 0 ? [] : applicableScenarios(asked, infos)
  const leftOut = (named ?? []).filter(
    (id) => ids.includes(id) && !scenarios.some((scenario) => scenario.id === id),
  )
  if (leftOut.length > 0) {
    throw new AuthbenchError(
      'SCENARIO_NOT_APPLICABLE',
      `none of these strategies can be measured in ${leftOut.join(', ')}`,
      { next: 'Leave it out, or add a strategy that has something to show there.' },
    )
  }
  refuseIgnored([
    ...saidBy(saidOfWorld(options)).map((part) => ({
      when: scenarios.every(({ params, world }) =>
        params.every((point) => saidBy(world?.(point) ?? {}).includes(part)),
      ),
      message: `--${OPTIONS_OF_WORLD[part]}: every scenario of this run goes through values of its own`,
      next: 'Leave it out, or add the scenario verify to --scenarios.',
    })),
    {
      when: slo !== undefined && !scenarios.some(({ load }) => load.kind === 'search'),
      message: '--slo is the limit of a search for a rate, and no scenario of this run searches for one',
      next: 'Add the scenario slo to --scenarios.',
    },
    {
      when: options.window !== undefined && scenarios.every(({ load }) => load.kind !== 'closed'),
      message: '--window is that of a closed loop, and no scenario of this run is one',
      next: 'Leave it out, or add the scenario verify to --scenarios.',
    },
    {
      when: options.window !== undefined && windowsMs(config) > ttlSeconds * 1000,
      message: `with --window ${options.window} those of one round take ${formatDuration(windowsMs(config))}, and credentials live ${formatDuration(ttlSeconds * 1000)}`,
      next: 'Use shorter ones, or fewer --strategies.',
    },
    {
      when: entries !== undefined && scenarios.every((scenario) => scenario.entries === undefined),
      message: '--entries are those of full stores, and no scenario of this run fills any',
      next: 'Add store-size or blacklist-size to --scenarios.',
    },
    {
      when: arrivals !== undefined && scenarios.every(({ load }) => load.kind === 'closed'),
      message: '--arrivals are those of an open loop, and every scenario of this run is a closed one',
      next: 'Add iso-load, slo or curve to --scenarios.',
    },
  ])
  return scenarios
}
