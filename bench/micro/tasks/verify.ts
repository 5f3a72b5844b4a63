// In this folder: one file for each kind of operation that `authbench micro` measures.

import type { AuthStrategy } from '../../../servers/contract.ts'
import { idWith, type MicroTask, NotApplicable, POOL, subjectOf, titleWith } from '../task.ts'

const needsRedis = ({ needs }: AuthStrategy) => needs.includes('redis')
/** It has Redis to be told by, and asks it nothing about a good credential. */
const isToldByRedis = (strategy: AuthStrategy) => needsRedis(strategy) && strategy.roundTrips === 0

/**
 * A good credential, checked by the strategy itself: the very code of its server, caches warm. A strategy that looks values up in Redis
 * gets a map in its place, which leaves what the server does beside the lookup.
 */
export function verify(strategy: AuthStrategy, inFlight: number): MicroTask {
  const { id, title, library } = strategy
  const isTold = isToldByRedis(strategy)
  return {
    id: idWith(`verify ${id}`, inFlight),
    kind: 'verify',
    title: titleWith(needsRedis(strategy) && !isTold ? `${title}, lookup in memory` : title, inFlight),
    strategy: id,
    library,
    inFlight,
    needsRedis: isTold,
    async open({ alone, withRedis }) {
      const authenticator = await strategy.open(isTold ? withRedis : alone)
      if (authenticator.mount !== undefined) {
        throw new NotApplicable('a part of it is a plug-in of the web framework')
      }
      const pool: string[] = []
      for (let index = 0; index < POOL; index++) pool.push(await authenticator.issue(subjectOf(index)))
      return {
        run: (turn) => authenticator.verify(pool[turn % POOL]),
        isRight: (answer) => answer !== null,
        close: () => authenticator.close(),
      }
    },
  }
}
