// In this folder: whether a change made something worse, between two runs or two checkouts in one run.

import { METRICS } from '../metrics/registry.ts'
import { nearest } from '../plan/nearest-name.ts'
import { AuthbenchError } from '../results/errors.ts'

/** How much worse than the base one metric may be. */
export interface Gate {
  /** Metric id. */
  readonly metric: string
  /** Largest tolerated worsening as a fraction, 0..1; 0 forbids every change, for counted metrics only. */
  readonly limit: number
  /** Whether going beyond it fails, or is only shown. */
  readonly gating: boolean
}

const fails = (metric: string, limit: number): Gate => ({ metric, limit, gating: true })
const informs = (metric: string, limit: number): Gate => ({ metric, limit, gating: false })

/**
 * Counted metrics must not change at all. Of the timed ones only CPU per request and the rate within the latency limit are
 * steady enough on shared machines to fail a build; the others are shown.
 */
export const DEFAULT_GATES: readonly Gate[] = [
  fails('redis.commands', 0),
  fails('redis.bytes', 0),
  fails('bytes.request_head', 0),
  fails('bytes.response_head', 0),
  fails('bytes.credential', 0),
  fails('memory.allocated', 0.02),
  fails('cpu.server', 0.05),
  fails('slo.rate', 0.1),
  informs('throughput', 0.08),
  informs('latency.p99', 0.2),
  informs('cpu.redis', 0.1),
]

const ALIASES: Readonly<Record<string, string>> = {
  cpu: 'cpu.server',
  allocated: 'memory.allocated',
  rps: 'throughput',
  p99: 'latency.p99',
}
const OFF: readonly string[] = ['off', 'none']

const METRIC_IDS: readonly string[] = METRICS.filter(({ compared }) => compared !== false).map(({ id }) => id)
const isCounted = (metric: string): boolean => METRICS.some(({ id, exact }) => id === metric && exact)

function metricOf(name: string, problems: string[]): string | null {
  const metric = Object.hasOwn(ALIASES, name) ? ALIASES[name] : name
  if (metric !== undefined && METRIC_IDS.includes(metric)) return metric
  const meant = nearest(name, [...Object.keys(ALIASES), ...METRIC_IDS])
  problems.push(`unknown metric '${name}'${meant === null ? '' : `, did you mean '${meant}'?`}`)
  return null
}

/** `5%`, `5 %` and `0.05` are the same. */
function limitOf(text: string, name: string, problems: string[]): number | null {
  const [, digits, percent] = /^(\d+(?:\.\d+)?|\.\d+)\s*(%?)$/.exec(text) ?? []
  if (digits === undefined) {
    problems.push(`'${name}=${text}' has no limit such as 5%, 0.05 or off`)
    return null
  }
  const limit = percent === '%' ? Number(digits) / 100 : Number(digits)
  if (limit <= 1) return limit
  const meant = percent === '%' ? '' : `, did you mean '${name}=${digits}%'?`
  problems.push(`the limit of '${name}=${text}' is more than 100 %${meant}`)
  return null
}

/** One `metric=limit`. Null: not understood, and `problems` says why. */
function parseGate(text: string, problems: string[]): { metric: string; gate: Gate | null } | null {
  const [, name, value] = /^([^=\s]+)\s*=\s*(.*)$/.exec(text) ?? []
  if (name === undefined || value === undefined) {
    problems.push(`'${text}' is not of the form metric=limit`)
    return null
  }
  const metric = metricOf(name, problems)
  const off = OFF.includes(value)
  const limit = off ? null : limitOf(value, name, problems)
  if (metric === null || (limit === null && !off)) return null
  if (limit === null) return { metric, gate: null }
  if (limit === 0 && !isCounted(metric)) {
    problems.push(`'${name}=${value}': a time is never exactly the same twice, so its limit must be above 0`)
    return null
  }
  return { metric, gate: fails(metric, limit) }
}

/**
 * The defaults, changed by what a user says: `cpu=5%`, `p99=0.2`, `redis.bytes=off`; several in one text are separated by
 * commas. What is named fails when it is exceeded, also where it is only shown by default.
 * @throws AuthbenchError GATE_INVALID listing every problem
 */
export function parseGates(texts: readonly string[]): readonly Gate[] {
  const problems: string[] = []
  const named = new Map<string, Gate | null>()
  for (const text of texts.flatMap((each) => each.split(',')).map((each) => each.trim())) {
    const parsed = parseGate(text, problems)
    if (parsed === null) continue
    if (named.has(parsed.metric)) problems.push(`'${parsed.metric}' is named twice`)
    named.set(parsed.metric, parsed.gate)
  }
  if (problems.length > 0) {
    throw new AuthbenchError('GATE_INVALID', `--gate: ${problems.join('\n')}`, {
      next: `A gate is metric=limit, for example cpu=5% or redis.bytes=off. Metrics: ${[...Object.keys(ALIASES), ...METRIC_IDS].join(', ')}.`,
    })
  }
  const chosen = [...named.values()].filter((gate) => gate !== null)
  return [...DEFAULT_GATES.filter(({ metric }) => !named.has(metric)), ...chosen]
}
