import type { AuthStrategy } from '../../contract.ts'
import { STRATEGIES } from '../../registry.ts'

const sound = STRATEGIES['jwt-refresh']

/** Says that access tokens need no lookup, and asks Redis on every request. */
const strategy: AuthStrategy = {
  ...sound,
  id: 'broken-hidden-lookup',
  title: 'Broken: hidden lookup',
  async open(deps) {
    const [opened, link] = [await sound.open(deps), await deps.redis()]
    return {
      ...opened,
      async verify(credential, request) {
        await link.ask(link.client.get(link.key('settings')))
        return opened.verify(credential, request)
      },
    }
  },
}

export default strategy
