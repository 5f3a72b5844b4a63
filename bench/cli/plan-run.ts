// In this folder: what was typed becomes a planned run. Options and files are read and checked before anything starts.

import { randomInt } from 'node:crypto'
import type { KeyMaterial, TokenProfile } from '../../servers/contract.ts'
import { assertFits } from '../../servers/http/credential-size.ts'
import { usualStrategies } from '../../servers/registry.ts'
import { generateKeys } from '../../servers/tokens/keys.ts'
import { assertNoneTaken } from '../../servers/user-files/claims-file.ts'
import { DEFAULT_GATES, type Gate, parseGates } from '../../src/gates/gate.ts'
import { metricsOf } from '../../src/metrics/registry.ts'
import { type Options, resolveConfig, saidOfWorld } from '../../src/plan/config.ts'
import { AuthbenchError } from '../../src/results/errors.ts'
import type { RunConfig } from '../../src/results/results.ts'
import { formatList } from '../../src/units.ts'
import { saidBy, type WorldPartName } from '../../src/worlds/world.ts'
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

const OPTIONS_OF_WORLD: Readonly<Record<WorldPartName, string>> = {
  'handler.waitMs': 'handler-wait',
  'handler.cpuUs': 'handler-cpu',
  'handler.rows': 'handler-row',
  roles: 'roles',
  storeRttMs: 'store-rtt',
  link: 'link',
  tls: 'tls',
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

/** What agents cannot do from where they are. */
function beyondAgents(
  scenarios: readonly Scenario[],
  experiments: readonly string[],
  { agents }: Options,
): Parameters<typeof refuseIgnored>[0] {
  const linked = scenarios.filter(({ params, world }) =>
    params.some((point) => saidBy(world?.(point) ?? {}).includes('link')),
  )
  return [
    {
      when: agents !== undefined && experiments.length > 0,
      message: `experiments have clients of their own on this machine, and no agents: ${formatList(experiments)}`,
      next: 'Name scenarios only, with --scenarios, or leave --agents out.',
    },
    {
      when: agents !== undefined && linked.length > 0,
      message: `links lie between clients and servers of one machine, and agents are on others: ${formatList(linked.map(({ id }) => id))}`,
      next: 'Leave these scenarios or --agents out.',
    },
  ]
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

/** Named, and in nothing of this run: nobody there can sign a proof for each request. */
function unproven(
  { infos }: Chosen,
  scenarios: readonly Scenario[],
  experiments: readonly PlannedExperiment[],
  { strategies: named = [] }: Options,
): Parameters<typeof refuseIgnored>[0] {
  const inExperiments = experiments.flatMap(({ strategies }) => strategies.map(({ id }) => id))
  const left = infos.filter(
    ({ id, proof }) => proof !== undefined && named.includes(id) && !inExperiments.includes(id),
  )
  return left.map(({ id }) => ({
    when: scenarios.length > 0,
    message: `--strategies names ${id}, whose clients sign a proof for each request: no load generator does`,
    next: 'Leave it out. The experiment leak has it, and the checklist: `authbench conformance`.',
  }))
}

function ignoredBeside(options: Options, wantsChecklist: boolean): Parameters<typeof refuseIgnored>[0] {
  const { target, credentials, ca, header, method, body, iMayLoad, maxRate } = options
  const { gate, against, claims, strategies, strategy } = options
  const { agents, joinFile, listen, link } = options
  const targetAlone = target !== undefined && strategies === undefined && strategy === undefined
  return [
    {
      when: gate !== undefined && against === undefined,
      message: '--gate judges a change, and there is nothing to compare with',
      next: 'Add --against DIR, or compare two stored runs with `authbench compare`.',
    },
    {
      when: joinFile !== undefined && agents === undefined,
      message: '--join-file is that of a fleet, and this run loads by itself',
      next: 'Add --agents N.',
    },
    {
      when: agents !== undefined && link !== undefined,
      message: '--link lies between clients and servers of one machine, and agents are on others',
      next: 'Leave one of them out: the way to the agents is the link.',
    },
    {
      when: listen !== undefined && target !== undefined,
      message: '--listen is where our servers listen, and a target listens where it does',
      next: 'Leave it out.',
    },
    {
      when: credentials !== undefined && target === undefined,
      message: '--credentials are those of a target, and there is none',
      next: 'Add --target URL; the reference servers issue their own.',
    },
    {
      when: target?.startsWith('https:') === true && !targetAlone,
      message: 'a target over TLS is measured alone: our servers would answer in plain text beside it',
      next: 'Leave --strategies and --strategy out, or give the address behind TLS.',
    },
    {
      when: ca !== undefined && target === undefined,
      message: '--ca is whom a target is trusted by, and there is none',
      next: 'Add --target URL; the reference servers have a certificate of the run with --tls.',
    },
    ...Object.entries({ header, method, body, 'i-may-load': iMayLoad, 'max-rate': maxRate }).map(
      ([option, value]) => ({
        when: value !== undefined && target === undefined,
        message: `--${option} is about requests to a target, and there is none`,
        next: 'Add --target URL, or leave it out.',
      }),
    ),
    {
      when: body !== undefined && method !== 'POST',
      message: '--body is what a POST carries',
      next: 'Add --method POST.',
    },
    {
      when: against !== undefined && target !== undefined,
      message: '--target is not part of a checkout: --against would compare it with itself',
      next: 'Run the two versions of your server one after the other, and compare the stored runs with `authbench compare`.',
    },
    {
      when: against !== undefined && strategy !== undefined,
      message: '--strategy is not part of the checkout that --against names',
      next: 'Put the file into both checkouts, with its line in servers/registry.ts.',
    },
    {
      when: claims !== undefined && targetAlone,
      message: '--claims are for tokens that our servers issue, and none of them runs',
      next: 'Leave them out, or name strategies to compare the target with: --strategies a,b.',
    },
    ...saidBy(saidOfWorld(options)).map((part) => ({
      when: target !== undefined,
      message: `--${OPTIONS_OF_WORLD[part]} is about our servers: a target has a handler, claims, a store and a network of its own`,
      next: 'Leave it out, or run without --target.',
    })),
    {
      when: wantsChecklist && targetAlone,
      message: '--conformance checks our own strategies, and none of them runs',
      next: 'For the target: `authbench conformance --target URL --credentials FILE`.',
    },
  ]
}

/** What asks for times of a profile that tells none. */
function timesIn(
  config: RunConfig,
  gates: readonly Gate[],
  scenarios: readonly Scenario[],
): Parameters<typeof refuseIgnored>[0] {
  const counted = metricsOf(config)
  const timed = gates.filter(({ metric }) => counted.every(({ id }) => id !== metric))
  const open = config.timed === false ? scenarios.filter(({ load }) => load.kind !== 'closed') : []
  return [
    {
      when: timed.length > 0,
      message: `the profile ${config.profile} measures no ${formatList(timed.map(({ metric }) => metric))}`,
      next: 'Use --profile ci for gates on times.',
    },
    {
      when: open.length > 0,
      message: `the profile ${config.profile} tells no times, and ${formatList(open.map(({ id }) => id))} is about nothing else`,
      next: 'Use another profile for open loops.',
    },
  ]
}

/** @throws AuthbenchError OPTIONS_INVALID, SCENARIO_NOT_APPLICABLE */
function scenariosOf(
  { scenarios: ids, entries, maxRate }: RunConfig,
  { infos }: Chosen,
  options: Options,
): readonly Scenario[] {
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
