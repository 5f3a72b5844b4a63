import assert, { AssertionError } from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import { asksRedis, type ConformanceCase, isRevocable, revocationLagMs, sharesItsStore } from '../case.ts'
import { type Node, redisOf, type Subject } from '../harness/checked-server.ts'
import { assertRefused } from '../harness/expectations.ts'
import { measureDelay, TooLateError } from '../harness/own-delay.ts'
import { type StoreProxy, startProxies } from '../harness/redis-proxy.ts'

/** Users who go on all the time, on connections of their own. */
const USERS = 8
const SOUND_MS = 400
const LOST_MS = 2000
const MENDED_MS = 1200
const LOGOUT_EVERY_MS = 100
const ASK_EVERY_MS = 10
/** Between two requests of one user: without it, checks that run side by side only slow each other down. */
const PAUSE_MS = 10
/** Longer than a case may take: the time is then that of the injected clock. */
const MOST_REAL_MS = 10_000
/** What connections that only listen say, as against those that ask for a request. */
const LISTENING = /subscribe|xread/i

/** The promise where it is hardest to keep: another node, busy, that does not hear of what happens for a while. */
export const loadCases: readonly ConformanceCase[] = [
  {
    id: 'S10',
    name: 'ends sessions in time under load, with its subscription lost for two seconds',
    appliesTo: (strategy) => isRevocable(strategy) && sharesItsStore(strategy) && asksRedis(strategy),
    async run(subject) {
      const proxy = await startProxies(redisOf(subject).url)
      try {
        await underLoad(subject, await subject.otherNode(proxy.way), proxy)
      } finally {
        await proxy.close()
      }
    },
  },
]

async function underLoad(
  subject: Subject,
  node: Node,
  proxy: Pick<StoreProxy, 'cut' | 'mend'>,
): Promise<void> {
  const lagMs = revocationLagMs(subject.strategy)
  const [users, leavers] = await Promise.all([
    subject.issue(names('user', USERS)),
    subject.issue(names('leaver', (SOUND_MS + LOST_MS + MENDED_MS) / LOGOUT_EVERY_MS)),
  ])
  const load = startLoad(node, users)
  const stopClock = followRealTime(subject)
  const startedAt = performance.now()
  const passed = () => performance.now() - startedAt
  const asking: Promise<void>[] = []
  let lost = false
  try {
    for (const leaver of leavers) {
      if (!lost && passed() >= SOUND_MS) {
        proxy.cut(subject.strategy.background === true ? LISTENING : undefined)
        lost = true
      }
      if (passed() >= SOUND_MS + LOST_MS) proxy.mend()
      // The other node knows the session now, if it keeps any; what it answers while it is cut off is of no interest.
      await node.me(leaver)
      assert.equal((await subject.logout(leaver)).status, 204, 'logout')
      if (lagMs <= MOST_REAL_MS) {
        const asked = refusedWithin(lagMs, leaver, node, load.signal)
        // Told when all are waited for.
        asked.catch(() => undefined)
        asking.push(asked)
      }
      await delay(LOGOUT_EVERY_MS)
    }
    proxy.mend()
    await Promise.all(asking)
    if (lagMs > MOST_REAL_MS) subject.tick(lagMs / 1000)
    for (const leaver of leavers) assertRefused(await node.me(leaver), 'after all of it')
  } finally {
    stopClock()
    const statuses = await load.stop()
    assert.deepEqual(
      Object.keys(statuses).filter((status) => status !== '200' && status !== '503'),
      [],
      'answers to users whose sessions are good',
    )
    assert.ok((statuses[200] ?? 0) > 0, 'nobody was served')
  }
  for (const user of users) assert.equal((await node.me(user)).status, 200, 'a good session after all of it')
}

const names = (kind: string, count: number) => Array.from({ length: count }, (_, index) => `${kind}-${index}`)

/** Each user asks, pauses and asks again, until it is stopped. */
function startLoad(node: Node, users: readonly string[]) {
  const controller = new AbortController()
  const { signal } = controller
  const statuses: Record<string, number> = {}
  const running = users.map(async (user) => {
    while (!signal.aborted) {
      const { status } = await node.me(user)
      statuses[status] = (statuses[status] ?? 0) + 1
      await delay(PAUSE_MS)
    }
  })
  return {
    signal,
    async stop() {
      controller.abort()
      await Promise.allSettled(running)
      return statuses
    },
  }
}

/** From now on, the logout having been acknowledged. No request that is sent later than the promise allows may get in. */
async function refusedWithin(
  lagMs: number,
  credential: string,
  node: Node,
  signal: AbortSignal,
): Promise<void> {
  const until = performance.now() + lagMs
  using meter = measureDelay()
  for (;;) {
    const askedAt = performance.now()
    const { status } = await node.me(credential)
    if (status === 401 || signal.aborted) return
    const lateMs = Math.round(askedAt - until - meter.lateMs())
    if (status !== 503 && lateMs > 0) {
      const message = `accepted by another node ${lateMs} ms later than promised`
      // Who promises to know at once has no message that could be late.
      throw lagMs > 0 ? new TooLateError({ message }) : new AssertionError({ message })
    }
    await delay(ASK_EVERY_MS)
  }
}

/** What a strategy times by the clock that it is given goes on as well. */
function followRealTime(subject: Subject): () => void {
  let ticked = performance.now()
  const timer = setInterval(() => {
    const now = performance.now()
    subject.tick((now - ticked) / 1000)
    ticked = now
  }, ASK_EVERY_MS)
  return () => clearInterval(timer)
}
