// In this folder: strategies with one promise broken each, for tests that an experiment or a claim notices. Never for anything else.

import type { AuthStrategy } from '../../contract.ts'
import { STRATEGIES } from '../../registry.ts'

const LATE_MS = 300
const sound = STRATEGIES['session-redis']

/** Answers the logout before it has done anything. */
const strategy: AuthStrategy = {
  ...sound,
  id: 'broken-late-revocation',
  title: 'Broken: late revocation',
  async open(deps) {
    const opened = await sound.open(deps)
    return {
      ...opened,
      revoke(credential, request) {
        setTimeout(() => void opened.revoke(credential, request), LATE_MS).unref()
      },
    }
  },
}

export default strategy
