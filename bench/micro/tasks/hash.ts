import { hash, randomBytes } from 'node:crypto'
import { type MicroTask, POOL } from '../task.ts'

/** The key of an opaque id: stores see the hash alone. */
export const hashOfId: MicroTask = {
  id: 'hash sha256',
  kind: 'hash',
  title: 'SHA-256 of a session id, base64url',
  strategy: null,
  library: 'node:crypto',
  inFlight: 1,
  needsRedis: false,
  async open() {
    const ids = Array.from({ length: POOL }, () => randomBytes(32).toString('base64url'))
    return {
      run: (turn) => hash('sha256', ids[turn % POOL] ?? '', 'base64url'),
      isRight: (answer) => typeof answer === 'string' && answer.length === 43,
      close() {},
    }
  },
}
