import { type Claim, notMeasured } from './claim.ts'
import {
  comparisonOf,
  comparisonSentence,
  doubtOf,
  listed,
  present,
  summaryOf,
  titleOf,
  valueSentence,
} from './evidence.ts'

const BLACKLIST = 'jwt-blacklist'
const SESSION = 'session-redis'

/**
 * A session lookup already costs what the list costs, so a JWT with a list must win something else: fewer commands, less
 * CPU or fewer bytes.
 */
export const blacklist: Claim = {
  id: 'blacklist-loses-the-point',
  text: 'A JWT with a blacklist or whitelist loses the point of using JWT.',
  judge(results) {
    const measured = (id: string, metric: string) => summaryOf(results, id, metric)?.estimate.value ?? null
    const commands = [BLACKLIST, SESSION].map((id) => measured(id, 'redis.commands'))
    const bytes = [BLACKLIST, SESSION].map((id) => measured(id, 'bytes.request_head'))
    const cpu = comparisonOf(results, 'cpu.server', BLACKLIST, SESSION)
    const [listCommands, sessionCommands, listBytes, sessionBytes] = [...commands, ...bytes]
    if (
      listCommands == null ||
      sessionCommands == null ||
      listBytes == null ||
      sessionBytes == null ||
      cpu === null
    ) {
      return notMeasured(
        `The run needs completed cells, and Redis counters, of both ${BLACKLIST} and ${SESSION}.`,
      )
    }
    const evidence = present([
      valueSentence(results, BLACKLIST, 'redis.commands'),
      valueSentence(results, SESSION, 'redis.commands'),
      comparisonSentence(results, cpu),
      valueSentence(results, BLACKLIST, 'cpu.redis'),
      valueSentence(results, SESSION, 'cpu.redis'),
      valueSentence(results, BLACKLIST, 'bytes.request_head'),
      valueSentence(results, SESSION, 'bytes.request_head'),
    ])
    const doubt = doubtOf(results)
    if (doubt !== null) return notMeasured(doubt, evidence)
    const wins = [
      ...(listCommands < sessionCommands ? ['fewer Redis commands'] : []),
      ...(cpu.verdict === 'better' ? ['less server CPU'] : []),
      ...(listBytes <= sessionBytes ? ['no larger request'] : []),
    ]
    const [list, session] = [titleOf(results, BLACKLIST), titleOf(results, SESSION)]
    if (wins.length === 0) {
      return {
        verdict: 'supported',
        why: `${list} asks Redis at least as often as ${session}, is not shown to save server CPU, and sends more bytes. A list pushed to the servers instead of asked for on each request was not measured.`,
        evidence,
      }
    }
    return {
      verdict: wins.length === 3 ? 'refuted' : 'depends',
      why: `Against ${session}, ${list} has ${listed(wins)}${wins.length === 3 ? '' : ', and loses on the rest'}.`,
      evidence,
    }
  },
}
