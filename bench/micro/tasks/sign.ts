import type { AuthStrategy } from '../../../servers/contract.ts'
import { type MicroTask, NotApplicable, POOL, subjectOf } from '../task.ts'

/** A new credential: what a login costs beside the password. */
export function sign(strategy: AuthStrategy): MicroTask {
  const { id, title, library } = strategy
  return {
    id: `sign ${id}`,
    kind: 'sign',
    title,
    strategy: id,
    library,
    inFlight: 1,
    needsRedis: false,
    async open({ alone }) {
      const authenticator = await strategy.open(alone)
      if (authenticator.mount !== undefined) {
        throw new NotApplicable('a part of it is a plug-in of the web framework')
      }
      const subjects = Array.from({ length: POOL }, (_, index) => subjectOf(index))
      return {
        run: (turn) => authenticator.issue(subjects[turn % POOL] ?? ''),
        isRight: (answer) => typeof answer === 'string' && answer !== '',
        close: () => authenticator.close(),
      }
    },
  }
}
