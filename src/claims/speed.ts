import type { Comparison } from '../results.ts'
import { type Claim, notMeasured } from './claim.ts'
import {
  comparisonOf,
  comparisonSentence,
  doubtOf,
  listed,
  present,
  strategiesWith,
  titleOf,
  valueSentence,
} from './evidence.ts'

const SESSION = 'session-redis'
const NOTE =
  'Redis ran on the same machine: each network hop adds its round trip to the session only, and the CPU of Redis comes on top.'

export const speed: Claim = {
  id: 'jwt-speed',
  text: 'Verifying a signature is cheap next to a session lookup, so a JWT is faster.',
  judge(results) {
    const tokens = strategiesWith(results, 'stateless')
    const compared = tokens.flatMap(({ id }) => comparisonOf(results, 'cpu.server', id, SESSION) ?? [])
    if (compared.length === 0) {
      return notMeasured(`The run needs completed cells of a stateless strategy and of ${SESSION}.`)
    }
    const evidence = present([
      ...compared.map((comparison) => comparisonSentence(results, comparison)),
      valueSentence(results, SESSION, 'cpu.redis'),
    ])
    const doubt = doubtOf(results)
    if (doubt !== null) return notMeasured(doubt, evidence)
    const session = titleOf(results, SESSION)
    const named = (...wanted: readonly Comparison['verdict'][]) =>
      compared
        .filter(({ verdict }) => wanted.includes(verdict))
        .map(({ strategy }) => titleOf(results, strategy))
    const groups = [
      { words: `Less server CPU than ${session}`, names: named('better') },
      { words: `More server CPU than ${session}`, names: named('worse') },
      { words: `No difference to ${session} shown`, names: named('unsure', 'equal', 'not judged') },
    ].filter(({ names }) => names.length > 0)
    const why = `${groups.map(({ words, names }) => `${words}: ${listed(names)}.`).join(' ')} ${NOTE}`
    const shown = new Set(compared.map(({ verdict }) => verdict))
    if (!shown.has('better') && !shown.has('worse')) return notMeasured(why, evidence)
    if (shown.size > 1) return { verdict: 'depends', why: `Algorithm and library decide. ${why}`, evidence }
    return { verdict: shown.has('better') ? 'supported' : 'refuted', why, evidence }
  },
}
