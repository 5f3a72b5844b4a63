import type { StrategyInfo } from '../results/strategy-info.ts'
import { CATALOGUE } from './fake-catalogue.ts'
import { fakeResults } from './fake-results.ts'

/** What a hostile or careless plug-in could call itself. */
export const HOSTILE_TITLE = '<script>alert(1)</script>|=cmd()'

/** The first of the families that a run of everything has; 35 are all. */
export const manyStrategies = (count = CATALOGUE.length): readonly StrategyInfo[] =>
  CATALOGUE.slice(0, count).map(({ info }) => info)

/** The eight, one of them with the hostile title and a hostile id. */
export const hostileStrategies = (): readonly StrategyInfo[] =>
  fakeResults().strategies.map((info) =>
    info.id === 'session-redis'
      ? { ...info, id: '=1+1', title: HOSTILE_TITLE, summary: HOSTILE_TITLE }
      : info,
  )
