import { strategiesWith } from '../analysis/reference-session.ts'
import type { MeasuredResults } from '../results/results.ts'
import type { StrategyInfo } from '../results/strategy-info.ts'
import { formatList } from '../units.ts'
import { type Claim, notMeasured } from './claim.ts'
import { present, summaryOf, valueSentence } from './evidence.ts'

/** A strategy that declares no Redis, and has no counters of one, sent it nothing. */
function commandsOf(results: MeasuredResults, { id, needs }: StrategyInfo): number | null {
  const summary = summaryOf(results, id, 'redis.commands')
  if (summary !== null) return summary.estimate.high ?? summary.estimate.value
  return needs.includes('redis') ? null : 0
}

export const store: Claim = {
  id: 'stateless-saves-the-store',
  text: 'A stateless token saves the session store.',
  from: ['verify'],
  supports: 'No stateless token asks Redis for anything, and a session does on every request.',
  refutes: 'Every stateless token asks, or sessions do not either.',
  judge(results) {
    const stateless = strategiesWith(results, 'stateless')
    const sessions = strategiesWith(results, 'stateful').filter(
      ({ needs, revocation }) => needs.includes('redis') && revocation.effect === 'immediate',
    )
    const sessionCommands = sessions.map((strategy) => commandsOf(results, strategy))
    if (stateless.length === 0 || !sessionCommands.some((commands) => commands !== null)) {
      return notMeasured(
        'The run needs completed cells of a stateless strategy and of session-redis, with Redis counters.',
      )
    }
    const asking = stateless.filter((strategy) => commandsOf(results, strategy) !== 0)
    const evidence = present(
      [...sessions, ...stateless].map(
        (strategy) =>
          valueSentence(results, strategy.id, 'redis.commands') ??
          `${strategy.title}: keeps nothing in Redis, 0 commands per request exact.`,
      ),
    )
    const memory = strategiesWith(results, 'stateful').filter(({ needs }) =>
      needs.every((need) => need === 'memory'),
    )
    const local =
      memory.length === 0
        ? ''
        : ` ${formatList(memory.map(({ title }) => title))} saves the store as well, but works with one server process only.`
    if (asking.length > 0) {
      return {
        verdict: asking.length === stateless.length ? 'refuted' : 'depends',
        why: `These ask a store on each request: ${formatList(asking.map(({ title }) => title))}.`,
        evidence,
      }
    }
    const saves = sessionCommands.some((commands) => commands !== null && commands > 0)
    return {
      verdict: saves ? 'supported' : 'refuted',
      why: saves
        ? `No stateless strategy sent Redis a command; a session sends it on every request. The route here reads no user record; one that does needs a lookup anyway.${local}`
        : 'Neither tokens nor sessions sent Redis a command.',
      evidence,
    }
  },
}
