// In this folder: what can be measured. That is a strategy of the registry or of the user, a running endpoint, or another checkout.

import type { AuthStrategy } from '../../servers/contract.ts'
import { isStrategyId, STRATEGIES, strategyIds } from '../../servers/registry.ts'
import { type StrategyInfo, strategyInfoSchema } from '../../src/results/strategy-info.ts'
import type { OwnStrategy } from './own-strategies.ts'
import { TARGET_ID, type Target, targetInfo } from './target.ts'

/** The strategies of a run. */
export interface Chosen {
  /** What reports say of them, in the order of reports. */
  readonly infos: readonly StrategyInfo[]
  /** Those of the registry, with their code. */
  readonly known: readonly AuthStrategy[]
  /** Those of the user's files: id to file. */
  readonly files: ReadonlyMap<string, string>
}

/** Ids that can be named, the user's own last. */
export const choosable = (own: readonly OwnStrategy[], target: Target | null): readonly string[] => [
  ...strategyIds,
  ...own.map(({ info }) => info.id),
  ...(target === null ? [] : [TARGET_ID]),
]

/** @param ids of `choosable` */
export function chosenStrategies(
  ids: readonly string[],
  own: readonly OwnStrategy[],
  target: Target | null,
): Chosen {
  const known = ids.filter(isStrategyId).map((id) => STRATEGIES[id])
  const files = own.filter(({ info }) => ids.includes(info.id))
  return {
    // The data of a strategy without its code.
    infos: [
      ...known.map((strategy) => strategyInfoSchema.parse(strategy)),
      ...files.map(({ info }) => info),
      ...(target === null ? [] : [targetInfo(target)]),
    ],
    known,
    files: new Map(files.map(({ info, file }) => [info.id, file])),
  }
}
