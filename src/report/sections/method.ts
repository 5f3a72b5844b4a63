import type { Results } from '../../results/results.ts'
import {
  formatBytes,
  formatCores,
  formatCount,
  formatDuration,
  formatList,
  formatNumber,
} from '../../units.ts'
import { worldText } from '../../worlds/words.ts'
import { USUAL_WORLD } from '../../worlds/world.ts'
import { groupsOf } from '../groups/group.ts'
import type { Block, Section } from '../model.ts'
import { textCell } from '../model.ts'
import { elsewhereText } from '../words/elsewhere.ts'
import { COUNTED_ONLY } from '../words/phrases.ts'

const hasClosedLoop = ({ scenarios }: Results) => scenarios.some(({ model }) => model === 'closed')

/** `250 ms and 300 ms` */
function openWindows(results: Results): string {
  const { pacedSliceMs, trialMs } = results.config
  const lengths = groupsOf(results)
    .filter(({ kind }) => kind !== 'closed')
    .map(({ kind }) => (kind === 'search' ? trialMs : pacedSliceMs))
  return formatList([...new Set(lengths)].map(formatDuration))
}

/** What an open loop does differently. Only what applies to the run. */
function openItems(results: Results): readonly string[] {
  const { config } = results
  const kinds = new Set(groupsOf(results).map(({ kind }) => kind))
  const times =
    config.arrivals === 'poisson'
      ? 'a Poisson schedule (exponential gaps, as independent users give)'
      : 'a constant schedule (equal gaps)'
  const slices = `${config.pacedSlicesPerRound} windows of ${formatDuration(config.pacedSliceMs)} each`
  const limit = config.maxRate === undefined ? null : `${formatNumber(config.maxRate)} requests per second`
  return [
    ...(kinds.has('same rate')
      ? [
          limit !== null
            ? `Open loop at the limit of the run, ${limit}: ${slices}.`
            : `Open loop at the same rate: a short closed loop in every round finds what each server serves; the arrival rate is a share of what the slowest does. All strategies of a round get the same schedule: ${slices}.`,
        ]
      : []),
    ...(kinds.has('own rate')
      ? [
          `Latency against load: the arrival rate is a share of what a short closed loop found that this server serves, in every round; ${slices}.`,
        ]
      : []),
    ...(kinds.has('search')
      ? [
          `Search for the highest rate: trials of ${formatDuration(config.trialMs)} from ${limit === null ? 'half of what a server serves' : `the limit of the run, ${limit}`}, in growing steps, then halving, until a rate that kept p99 within ${formatNumber(config.sloMs)} ms and one that did not are within 5 %; the one that kept it has to do so twice, unless 20 trials are used up. Trials of all servers alternate.`,
        ]
      : []),
    ...(kinds.has('same rate') || kinds.has('own rate') || kinds.has('search')
      ? [
          `Requests of an open loop leave at the times of ${times} from the seed of the run, over ${formatCount(config.pacedConnections, 'connection')}, whether or not earlier ones were answered; one that finds no free connection waits for one.`,
          'Latency counts from when a request was due, so that waiting for a slow server counts; service time counts from its write; send lag is how late the load generator was with a request that had a free connection.',
        ]
      : []),
  ]
}

function methodItems(results: Results): readonly string[] {
  const { config, environment, scenarios, comparisons, experiments = [] } = results
  // Experiments say themselves what they do.
  if (scenarios.length === 0) return [environment.pinning.sentence]
  const { pinning } = environment
  const world = worldText(config.world ?? USUAL_WORLD)
  const slices = hasClosedLoop(results)
    ? `: ${config.slicesPerRound} windows of ${formatDuration(config.sliceMs)} each`
    : ''
  return [
    config.maxRate === undefined
      ? `${formatCount(config.rounds, 'round')}; every round starts a fresh server process per strategy, and visits them in a seeded order and its reverse${slices}, after a warm-up of ${formatCount(config.warmupRequests, 'request')}.`
      : `${formatCount(config.rounds, 'round')}; every round opens new connections to the target, twice, and sends over the two in turn, after ${formatCount(config.warmupRequests, 'request')} that are not measured. The first request of each connection counts towards the limit; all of them have a second of their own.`,
    `${formatCount(config.connections, 'connection')} over a pool of ${formatCount(config.pool, 'distinct credential')}, sent ${config.transport === 'bearer' ? 'as Authorization: Bearer' : 'in a cookie'}, valid for ${formatDuration(config.ttlSeconds * 1_000)}.`,
    ...scenarios.flatMap(({ title, connections }) =>
      connections === undefined
        ? []
        : [
            `${title}: ${formatCount(connections, 'connection')}, unless \`--connections\` says another number.`,
          ],
    ),
    ...(config.timed === false
      ? [`${COUNTED_ONLY} Cells are checked for wrong answers alone, and not for what disturbs times.`]
      : []),
    `Load model: ${scenarios.map(({ title, model }) => (title.endsWith(`${model} loop`) ? title : `${title}: ${model} loop`)).join('; ')}.`,
    ...(world === null ? [] : [`In a world other than the usual one: ${world}.`]),
    ...(world === null || experiments.length === 0 ? [] : ['Experiments ran in the usual world.']),
    ...openItems(results),
    pinning.sentence,
    ...agentItems(environment),
    ...(config.timed === false
      ? []
      : [
          environment.cpuSource === 'schedstat'
            ? 'CPU time is read from the kernel scheduler (schedstat), all threads.'
            : 'CPU time is read from the process’s own usage (rusage).',
        ]),
    'Strategies are compared within each round (Hodges-Lehmann estimate, exact 95 % signed-rank interval). The baseline runs twice in each round; the difference between the two is the noise.',
    `${formatCount(comparisons.length, 'comparison')} were made, not corrected for their number: a few may be wrong by chance.`,
    ...(config.extraClaims.length === 0
      ? []
      : [`Extra claims in every token: ${config.extraClaims.join(', ')}.`]),
  ]
}

const ALLOCATION_LIMIT =
  'Allocation is JavaScript heap of the server process: not the contents of buffers, not what other threads and an auth server allocate. It depends on the version of Node.js and on what it has compiled, so that servers of the same code differ by some per mille.'

/** What this set-up cannot tell, and in which direction it errs. Only what applies to the run. */
function limits(results: Results): readonly string[] {
  const { config, environment, scenarios, strategies, experiments = [] } = results
  if (config.timed === false) return [ALLOCATION_LIMIT]
  const { pinning, redisOrigin } = environment
  const [closed, open] = [hasClosedLoop(results), scenarios.some(({ model }) => model === 'open')]
  const redis = strategies.some(({ needs }) => needs.includes('redis'))
  const tls = config.world?.tls === true
  const withoutTls = tls ? (experiments.length === 0 ? '' : ', of TLS in experiments') : ', of TLS'
  const shared = pinning.redis !== null && pinning.redis === pinning.generator
  const elsewhere = elsewhereText(results)
  return [
    ...(elsewhere === null ? [] : [elsewhere]),
    ...(config.maxRate !== undefined && scenarios.some(({ id }) => id === 'slo')
      ? [
          `No rate above ${formatNumber(config.maxRate)} requests per second was tried: where that is the highest, it is the limit of the run and not what the target can serve.`,
        ]
      : []),
    ...(redis && shared
      ? [
          'Redis shares a core with the load generator: strategies that use Redis slow the generator down, so closed-loop throughput and latency are biased towards stateless strategies. CPU per request depends least on the generator and on neighbours; compare it within a run only.',
        ]
      : []),
    ...(pinning.server === null
      ? ['Nothing is pinned to a core, so processes disturb each other more than they need to.']
      : []),
    ...(redis && redisOrigin === 'own'
      ? [
          'Redis is reached over loopback: a real one is a network away, which adds its round trip to every lookup.',
        ]
      : []),
    ...(redis && closed
      ? [
          `${formatCount(config.connections, 'request is', 'requests are')} in flight (config.connections): lookups are batched; with fewer, each Redis lookup costs the server more CPU.`,
        ]
      : []),
    ...(strategies.some(({ library }) => library === 'jose')
      ? [
          'Libraries that verify in worker threads (jose with Web Crypto) share the server’s one core here. On more cores their throughput is higher and their latency lower; their CPU per request still has to be paid.',
        ]
      : []),
    ...(closed
      ? [
          'A closed loop sends the next request only after the last answer: it measures cost and, where the server is saturated, capacity; it says nothing about latency at a given load.',
        ]
      : []),
    ...(open
      ? [
          `The windows of an open loop are short (${openWindows(results)}) and begin with an idle server: a queue that takes longer to build up is not seen, so that near its capacity a server looks better than it is.`,
        ]
      : []),
    ...(open && redis && shared
      ? [
          'In an open loop the load generator, which never sleeps, lets Redis go first on the core that they share: what that delays it is in the send lag.',
        ]
      : []),
    ...(open && redis
      ? [
          'In an open loop few requests are in flight at once, so that lookups in Redis are hardly batched: each costs the server more CPU than in a saturated closed loop.',
        ]
      : []),
    ...(environment.quotaHidden === true
      ? [
          'A CPU quota of a group around this container would not have been noticed: it cannot be seen from here.',
        ]
      : []),
    ...(environment.warnings ?? []).map((warning) => `Said before the run: ${warning}`),
    ...(elsewhere === null
      ? [
          `One server process on one machine: effects of scale-out${withoutTls} and of real networks are not in these numbers.`,
        ]
      : []),
    ...(tls
      ? [
          'Connections are kept: what TLS costs is that of records, and its handshakes are in no window. Bytes are counted above TLS.',
        ]
      : []),
  ]
}

const NAMED_PROCESSES = 8

/** Whose CPU time is in the numbers, and what each request carries. */
function targetText(target: NonNullable<Results['environment']['target']>): string {
  const { address, processes, remote, method = 'GET', headers = [], bodyBytes } = target
  const names = processes.map(({ pid, name }) => `${name} (${pid})`)
  const counted =
    names.length === 0
      ? `CPU time not measured: ${remote === undefined ? 'its processes are not shown' : 'it is another machine'}`
      : `CPU time of ${formatList(names.slice(0, NAMED_PROCESSES))}${names.length > NAMED_PROCESSES ? ` and ${names.length - NAMED_PROCESSES} more` : ''}`
  const carried = [
    ...(headers.length === 0
      ? []
      : [`${headers.length === 1 ? 'header' : 'headers'} ${formatList(headers)}`]),
    ...(bodyBytes === undefined ? [] : [`a body of ${formatBytes(bodyBytes)}`]),
  ]
  const asked = method === 'GET' && carried.length === 0 ? '' : `; asked by ${method}`
  return `${address}; ${counted}${asked}${carried.length === 0 ? '' : ` with ${formatList(carried)}`}`
}

function processorText({ cpu, cores, quotaCores, cpuset }: Results['environment']): string {
  const quota = quotaCores == null ? [] : [`CPU quota of ${formatCores(quotaCores)}`]
  const own = cpuset == null || cpuset === '' ? [] : [`processors ${cpuset}`]
  return [cpu, formatCount(cores, 'core'), ...quota, ...own].join(', ')
}

/** Beside where the cores are told, which has a generator in it. */
function agentItems({ agents }: Results['environment']): readonly string[] {
  if (agents === undefined) return []
  const each = agents.map(
    ({ name, cores, cpu, isHere }) =>
      `${name} (${isHere ? 'on the machine of the servers' : `${formatCount(cores, 'core')} of ${cpu}`})`,
  )
  return [
    `Load came from ${formatCount(agents.length, 'agent')} at once, and from no generator beside the servers: ${formatList(each)}.`,
  ]
}

const clusterText = ({ redisMasters: masters }: Results['environment']): string =>
  masters === undefined ? '' : `, cluster of ${formatCount(masters, 'master')}`

function environmentTable({ environment, run }: Results): Block {
  const packages = Object.entries(environment.packages).map(([name, version]) => `${name} ${version}`)
  const redis =
    environment.redis === null
      ? 'not used'
      : `${environment.redis}${clusterText(environment)} (${environment.redisOrigin === 'given' ? 'given by the user' : 'started by the run'})`
  const rows: readonly (readonly [string, string])[] = [
    ['Processor', processorText(environment)],
    ['Memory', formatBytes(environment.memoryBytes)],
    ['System', `${environment.platform}, kernel ${environment.kernel}`],
    ['Node.js', [environment.node, `V8 ${environment.v8}`, ...environment.nodeFlags].join(', ')],
    ['Redis', redis],
    ...(environment.target === undefined ? [] : [['Target', targetText(environment.target)] as const]),
    ['Packages', packages.join(', ')],
    ['Lock file', environment.lockfileHash ?? 'unknown'],
    [
      'authbench',
      `${run.authbench}${run.git === null ? '' : `, commit ${run.git.sha.slice(0, 12)}${run.git.dirty ? ' with local changes' : ''}`}`,
    ],
    ['Run', `${run.id}, profile ${run.profile}, seed ${run.seed}`],
  ]
  return {
    kind: 'table',
    table: {
      caption: 'Environment',
      columns: [
        { title: 'What', unit: null },
        { title: 'Which', unit: null },
      ],
      rows: rows.map(([what, which]) => [textCell(what), textCell(which)]),
      note: '',
    },
  }
}

export function methodSection(results: Results): Section {
  return {
    id: 'method',
    title: 'Method, limits, environment',
    blocks: [
      ...(results.scenarios.length === 0
        ? []
        : [{ kind: 'list' as const, title: 'Limits: read before quoting', items: limits(results) }]),
      { kind: 'list', title: 'Method', items: methodItems(results) },
      { kind: 'text', text: 'The same run again:', tone: 'plain' },
      { kind: 'command', text: results.run.command },
      environmentTable(results),
    ],
  }
}
