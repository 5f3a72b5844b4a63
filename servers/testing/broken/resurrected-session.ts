import { type AuthStrategy, StoreUnavailableError, type Verified } from '../../contract.ts'
import { STRATEGIES } from '../../registry.ts'

const sound = STRATEGIES['session-redis']

/** Keeps copies that no logout deletes, and believes them from the first outage of the store on. */
const strategy: AuthStrategy = {
  ...sound,
  id: 'broken-resurrected-session',
  title: 'Broken: resurrected session',
  async open(deps) {
    const opened = await sound.open(deps)
    const copies = new Map<string, Verified>()
    let believesCopies = false
    return {
      ...opened,
      async verify(credential, request) {
        const copy = credential === undefined ? undefined : copies.get(credential)
        if (believesCopies && copy !== undefined) return copy
        try {
          const verified = await opened.verify(credential, request)
          if (credential !== undefined && verified !== null) copies.set(credential, verified)
          return verified
        } catch (error) {
          believesCopies ||= error instanceof StoreUnavailableError
          throw error
        }
      },
    }
  },
}

export default strategy
