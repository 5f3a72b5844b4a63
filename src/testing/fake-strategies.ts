import type { StrategyInfo } from '../strategy-info.ts'
import { fakeResults } from './fake-results.ts'

/** What a hostile or careless plug-in could call itself. */
export const HOSTILE_TITLE = '<script>alert(1)</script>|=cmd()'

/** Many strategies with long names and one baseline, as a run of everything will have. */
export function manyStrategies(count: number): readonly StrategyInfo[] {
  const known = fakeResults().strategies
  return Array.from({ length: count }, (_, index) => {
    const info = known[index === 0 ? 0 : 1 + (index % (known.length - 1))]
    if (info === undefined) throw new RangeError('no strategies')
    return { ...info, id: `${info.id}-${index}`, title: `${info.title} variant ${index}` }
  })
}

/** The eight, one of them with the hostile title and a hostile id. */
export const hostileStrategies = (): readonly StrategyInfo[] =>
  fakeResults().strategies.map((info) =>
    info.id === 'session-redis'
      ? { ...info, id: '=1+1', title: HOSTILE_TITLE, summary: HOSTILE_TITLE }
      : info,
  )
