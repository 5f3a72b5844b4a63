import type { Estimate } from '../../results/results.ts'
import type { StrategyInfo } from '../../results/strategy-info.ts'
import type { Request, Spread } from './observation.ts'

export const OK = 200

/** All requests, and how one is found. */
export interface Counted {
  readonly requests: readonly Request[]
  readonly strategies: readonly StrategyInfo[]
  find(strategy: string, roles: number, transport: Request['transport']): Request | undefined
}

export const estimateOf = ({ value, least, most }: Spread, rounds: number): Estimate => ({
  value,
  low: least,
  high: most,
  rounds,
  ...(least === most ? {} : { isRange: true as const }),
})
