import { hash } from 'node:crypto'
import type { KeyValueStore, MaybePromise, StrategyDeps } from '../../../servers/contract.ts'
import { idWith, type MicroTask, POOL, subjectOf, titleWith } from '../task.ts'

type Backend = 'redis' | 'memory'

interface StoreOperation {
  readonly name: string
  readonly title: string
  run(store: KeyValueStore, key: string, value: string, ttlSeconds: number): MaybePromise<unknown>
  isRight(answer: unknown): boolean
}

const isValue = (answer: unknown) => typeof answer === 'string'

export const GET: StoreOperation = {
  name: 'get',
  title: 'GET',
  run: (store, key) => store.get(key),
  isRight: isValue,
}
/** As a blacklist asks: of a token that was not revoked. */
export const EXISTS: StoreOperation = {
  name: 'exists',
  title: 'EXISTS, absent',
  run: (store, key) => store.exists(`revoked:${key}`),
  isRight: (answer) => answer === false,
}
export const SET: StoreOperation = {
  name: 'set',
  title: 'SET with lifetime',
  run: (store, key, value, ttlSeconds) => store.set(key, value, ttlSeconds),
  isRight: () => true,
}
export const GETEX: StoreOperation = {
  name: 'getex',
  title: 'GETEX',
  run: (store, key, _value, ttlSeconds) => store.getAndTouch(key, ttlSeconds),
  isRight: isValue,
}

const PLACES: Readonly<Record<Backend, string>> = { redis: 'Redis', memory: 'Memory' }

/** One operation on a store that holds as many sessions as a server of a run has credentials. */
export const storeOperation = (
  backend: Backend,
  { name, title, run, isRight }: StoreOperation,
  inFlight = 1,
): MicroTask => ({
  id: idWith(`${backend} ${name}`, inFlight),
  kind: 'store',
  title: titleWith(`${PLACES[backend]} ${title}`, inFlight),
  strategy: null,
  library: backend === 'redis' ? 'ioredis' : null,
  inFlight,
  needsRedis: backend === 'redis',
  async open({ alone, withRedis }) {
    const store = await (backend === 'redis' ? withRedis : alone).store(backend)
    const { ttlSeconds } = alone
    const sessions = sessionsOf(alone)
    await store.setMany(sessions, ttlSeconds)
    return {
      run(turn) {
        const [key, value] = sessions[turn % POOL] ?? ['', '']
        return run(store, key, value, ttlSeconds)
      },
      isRight,
      close: () => store.close(),
    }
  },
})

/** Keys and values as those of session-redis. */
function sessionsOf({ now, ttlSeconds, token }: StrategyDeps): readonly (readonly [string, string])[] {
  const exp = Math.floor(now() / 1000) + ttlSeconds
  return Array.from({ length: POOL }, (_, index) => {
    const sub = subjectOf(index)
    const value = JSON.stringify({ sub, claims: token.claims, exp })
    return [`session:${hash('sha256', sub, 'base64url')}`, value] as const
  })
}
