import type { Gate } from '../../src/gates/gate.ts'
import { metricsOf } from '../../src/metrics/registry.ts'
import { type Options, saidOfWorld } from '../../src/plan/config.ts'
import type { RunConfig } from '../../src/results/results.ts'
import { formatList } from '../../src/units.ts'
import { saidBy, type WorldPartName } from '../../src/worlds/world.ts'
import type { Scenario } from '../scenarios/scenario.ts'
import type { Chosen } from '../subjects/chosen-strategies.ts'
import type { refuseIgnored } from './ignored-options.ts'
import type { PlannedExperiment } from './plan-experiments.ts'

export const OPTIONS_OF_WORLD: Readonly<Record<WorldPartName, string>> = {
  'handler.waitMs': 'handler-wait',
  'handler.cpuUs': 'handler-cpu',
  'handler.rows': 'handler-row',
  roles: 'roles',
  storeRttMs: 'store-rtt',
  link: 'link',
  tls: 'tls',
}

/** Options that make no sense beside each other, whatever is measured. */
export function ignoredBeside(
  options: Options,
  wantsChecklist: boolean,
): Parameters<typeof refuseIgnored>[0] {
  const { target, credentials, ca, header, method, body, iMayLoad, maxRate } = options
  const { gate, against, claims, strategies, strategy } = options
  const { agents, host, joinFile, listen, link } = options
  const besideHost = { against, listen }
  const targetAlone = target !== undefined && strategies === undefined && strategy === undefined
  return [
    {
      when: gate !== undefined && against === undefined,
      message: '--gate judges a change, and there is nothing to compare with',
      next: 'Add --against DIR, or compare two stored runs with `authbench compare`.',
    },
    {
      when: host !== undefined && agents === undefined,
      message: '--host has the servers that agents load, and this run loads by itself',
      next: 'Add --agents N.',
    },
    ...Object.entries(besideHost).map(([option, value]) => ({
      when: host !== undefined && value !== undefined,
      message: `--${option} is of this machine, and the servers are on that of --host`,
      next: 'Leave one of them out.',
    })),
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
      when: method === 'POST' && !targetAlone && target !== undefined,
      message: '--method POST is measured alone: our servers are asked by GET beside it',
      next: 'Leave --strategies and --strategy out.',
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

/** What agents cannot do from where they are. */
export function beyondAgents(
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

/** Named, and in nothing of this run: nobody there can sign a proof for each request. */
export function unproven(
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

/** What asks for times of a profile that tells none. */
export function timesIn(
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
