import type { Options } from '../../src/plan/config.ts'
import type { RunConfig } from '../../src/results/results.ts'
import { USUAL_WORLD, type World } from '../../src/worlds/world.ts'
import { SCENARIOS } from '../scenarios/registry.ts'

/** Named, not repeated: an address may hold a password, and what a path leads to is of this machine alone. */
const given = (option: string, isGiven: boolean, placeholder: string): readonly string[] =>
  isGiven ? [`--${option} ${placeholder}`] : []

/** One word of a shell. */
const word = (text: string): string =>
  /^[\w./:,=%@+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`

/** Its value may be a secret. */
const headerWord = (header: string): string =>
  header.startsWith('@') ? '@FILE' : word(`${header.split(':', 1)[0]}: VALUE`)

/** What to type to get one experiment of a run again. */
export const experimentCommand = (id: string, config: RunConfig, options: Options): string =>
  [
    'npm run authbench -- run',
    `--profile ${config.profile}`,
    ...(options.strategy ?? []).map((file) => `--strategy ${word(file)}`),
    ...(options.strategies === undefined ? [] : [`--strategies ${options.strategies.join(',')}`]),
    `--scenarios ${id}`,
    ...(config.transport === 'bearer' ? [] : [`--transport ${config.transport}`]),
    ...given('claims', options.claims !== undefined, 'FILE'),
    `--seed ${config.seed}`,
  ].join(' ')

/** Only what is not as usual. */
const worldOptions = ({ handler, roles, storeRttMs, link, tls }: World): readonly string[] => [
  ...(storeRttMs === 0 ? [] : [`--store-rtt ${storeRttMs}`]),
  ...(link === null ? [] : [`--link ${link.name}`]),
  ...(handler.waitMs === 0 ? [] : [`--handler-wait ${handler.waitMs}`]),
  ...(handler.cpuUs === 0 ? [] : [`--handler-cpu ${handler.cpuUs}`]),
  ...(handler.rows === 'none' ? [] : [`--handler-row ${handler.rows}`]),
  ...(roles === null ? [] : [`--roles ${roles}`]),
  ...(tls ? ['--tls'] : []),
]

/** It keeps them where no number of connections is said. */
const hasOwnConnections = (id: string): boolean =>
  SCENARIOS.some((scenario) => scenario.id === id && scenario.connections !== undefined)

/**
 * What to type to get a run again.
 * @param config with the rounds that were planned
 * @param scenarios that were planned: named, one that nobody of the run can do is refused
 * @param redis what stands for it in `--redis`; null: nothing, as for a server of the run's own
 */
export function runCommand(
  config: RunConfig,
  options: Options,
  {
    scenarios,
    conformance,
    redis,
  }: { readonly scenarios: readonly string[]; readonly conformance: boolean; readonly redis: string | null },
): string {
  return [
    'npm run authbench -- run',
    `--profile ${config.profile}`,
    ...(options.target === undefined ? [] : [`--target ${word(options.target)} --credentials FILE`]),
    ...given('ca', options.ca !== undefined, 'FILE'),
    ...(options.header ?? []).map((header) => `--header ${headerWord(header)}`),
    ...(options.method === undefined ? [] : [`--method ${options.method}`]),
    ...given('body', options.body !== undefined, 'FILE'),
    ...(options.iMayLoad === undefined ? [] : [`--i-may-load ${word(options.iMayLoad)}`]),
    ...(config.maxRate === undefined ? [] : [`--max-rate ${config.maxRate}`]),
    ...(options.strategy ?? []).map((file) => `--strategy ${word(file)}`),
    ...(options.strategies === undefined ? [] : [`--strategies ${options.strategies.join(',')}`]),
    ...given('against', config.against, 'DIR'),
    ...(options.gate ?? []).map((gate) => `--gate ${word(gate)}`),
    `--scenarios ${scenarios.join(',')}`,
    ...(config.scenarios.length === 0
      ? []
      : [
          `--rounds ${config.rounds}`,
          ...(options.connections === undefined && config.scenarios.some(hasOwnConnections)
            ? []
            : [`--connections ${config.connections}`]),
          `--pool ${config.pool}`,
        ]),
    ...(options.window === undefined ? [] : [`--window ${options.window}`]),
    ...(config.popularity === 'cycle' ? [] : [`--popularity ${config.popularity}`]),
    ...(config.entries === undefined ? [] : [`--entries ${config.entries.join(',')}`]),
    ...(config.arrivals === 'poisson' ? [] : [`--arrivals ${config.arrivals}`]),
    ...(scenarios.includes('slo') ? [`--slo ${config.sloMs}`] : []),
    ...(config.transport === 'bearer' ? [] : [`--transport ${config.transport}`]),
    ...worldOptions(config.world ?? USUAL_WORLD),
    ...given('claims', options.claims !== undefined, 'FILE'),
    ...given('redis', redis !== null, redis ?? ''),
    ...(options.agents === undefined ? [] : [`--agents ${options.agents} --join-file FILE`]),
    ...(options.host === undefined ? [] : [`--host ${word(options.host)}`]),
    ...given('listen', options.listen !== undefined, 'ADDRESS'),
    ...(conformance ? ['--conformance'] : []),
    `--seed ${config.seed}`,
  ].join(' ')
}

interface MicroOptions {
  readonly tasks?: readonly string[] | undefined
  readonly claims?: string | undefined
}

/**
 * What to type to get a measurement of operations again.
 * @param run folder of the run that it explains; null: none
 */
export const microCommand = (
  { tasks, claims }: MicroOptions,
  { rounds, seed, run, redis }: { rounds: number; seed: number; run: string | null; redis: string | null },
): string =>
  [
    'npm run authbench -- micro',
    ...(tasks === undefined ? [] : [`--tasks ${word(tasks.join(','))}`]),
    ...(run === null ? [] : [`--with ${word(run)}`]),
    ...given('claims', claims !== undefined, 'FILE'),
    ...given('redis', redis !== null, redis ?? ''),
    `--rounds ${rounds}`,
    `--seed ${seed}`,
  ].join(' ')
