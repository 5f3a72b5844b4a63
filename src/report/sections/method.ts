import type { Results } from '../../results.ts'
import { formatBytes, formatCount, formatDuration } from '../../units.ts'
import type { Block, Section } from '../model.ts'
import { textCell } from '../model.ts'

function methodItems({ config, environment, scenarios, comparisons }: Results): readonly string[] {
  const { pinning } = environment
  return [
    `${formatCount(config.rounds, 'round')}; every round starts a fresh server process per strategy, and visits them in a seeded order and its reverse: ${config.slicesPerRound} slices of ${formatDuration(config.sliceMs)} each, after a warm-up of ${formatCount(config.warmupRequests, 'request')}.`,
    `${formatCount(config.connections, 'connection')} over a pool of ${formatCount(config.pool, 'distinct credential')}, sent ${config.transport === 'bearer' ? 'as Authorization: Bearer' : 'in a cookie'}, valid for ${formatDuration(config.ttlSeconds * 1_000)}.`,
    `Load model: ${scenarios.map(({ title, model }) => `${title}: ${model} loop`).join('; ')}.`,
    pinning.sentence,
    environment.cpuSource === 'schedstat'
      ? 'CPU time is read from the kernel scheduler (schedstat), all threads.'
      : 'CPU time is read from the process’s own usage (rusage).',
    'Paired by round: Hodges-Lehmann estimate, exact 95 % signed-rank interval. The baseline runs twice per round; what it differs from itself is the noise.',
    `Every interval and verdict stands for itself: ${formatCount(comparisons.length, 'comparison')}, not adjusted for their number.`,
    ...(config.extraClaims.length === 0
      ? []
      : [`Extra claims in every token: ${config.extraClaims.join(', ')}.`]),
  ]
}

/** What this set-up cannot tell, and in which direction it errs. Only what applies to the run. */
function limits({ config, environment, scenarios, strategies }: Results): readonly string[] {
  const { pinning, redisOrigin } = environment
  const redis = strategies.some(({ needs }) => needs.includes('redis'))
  const shared = pinning.redis !== null && pinning.redis === pinning.generator
  return [
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
    ...(redis
      ? [
          `${formatCount(config.connections, 'request is', 'requests are')} in flight (config.connections): lookups are batched; with fewer, each Redis lookup costs the server more CPU.`,
        ]
      : []),
    ...(strategies.some(({ library }) => library === 'jose')
      ? [
          'Libraries that verify in worker threads (jose with Web Crypto) share the server’s one core here. On more cores their throughput is higher and their latency lower; their CPU per request still has to be paid.',
        ]
      : []),
    ...(scenarios.some(({ model }) => model === 'closed')
      ? [
          'A closed loop sends the next request only after the last answer: it measures cost and, where the server is saturated, capacity; it says nothing about latency at a given load.',
        ]
      : []),
    'One server process on one machine: effects of scale-out, of TLS and of real networks are not in these numbers.',
  ]
}

function environmentTable({ environment, run }: Results): Block {
  const packages = Object.entries(environment.packages).map(([name, version]) => `${name} ${version}`)
  const redis =
    environment.redis === null
      ? 'not used'
      : `${environment.redis} (${environment.redisOrigin === 'given' ? 'given by the user' : 'started by the run'})`
  const rows: readonly (readonly [string, string])[] = [
    ['Processor', `${environment.cpu}, ${formatCount(environment.cores, 'core')}`],
    ['Memory', formatBytes(environment.memoryBytes)],
    ['System', `${environment.platform}, kernel ${environment.kernel}`],
    ['Node.js', [environment.node, `V8 ${environment.v8}`, ...environment.nodeFlags].join(', ')],
    ['Redis', redis],
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
      { kind: 'list', title: 'Limits: read before quoting', items: limits(results) },
      { kind: 'list', title: 'Method', items: methodItems(results) },
      { kind: 'text', text: 'The same run again:', tone: 'plain' },
      { kind: 'command', text: results.run.command },
      environmentTable(results),
    ],
  }
}
