import type { AuthStrategy } from '../../contract.ts'
import { STRATEGIES } from '../../registry.ts'

const sound = STRATEGIES['jwt-refresh']

/** Access tokens that live longer than they are said to. */
const strategy: AuthStrategy = {
  ...sound,
  id: 'broken-long-life',
  title: 'Broken: long life',
  open: (deps) => sound.open({ ...deps, ttlSeconds: Math.ceil(1.5 * deps.ttlSeconds) }),
}

export default strategy
