import type { Socket } from 'node:net'
import autocannon from 'autocannon'
import { AuthbenchError } from '../../src/errors.ts'
import { type BrakedClient, brake, type Jar, release, Walk } from './autocannon-client.ts'
import type { EngineSlice, EngineTarget, LoadEngine, OpenLoad, Window } from './engine.ts'
import { renewalFieldOf } from './renewal.ts'
import { cohortsOf, newResponseTally, type ResponseTally } from './response-tally.ts'

/** A response that takes longer than the window by this much is counted as timed out. */
const DRAIN_LIMIT_MS = 2000
const OPEN_LIMIT_MS = 5000
/** autocannon's own time limit must not strike while connections wait between slices. */
const NO_TIMEOUT_SECONDS = 86_400

type Failure = { readonly errors: number; readonly timeouts: number }

interface RunningWindow {
  readonly startedAt: number
  lastResponseAt: number
  readonly tally: ResponseTally
  /** Sum over the connections that have had their last response. */
  lastResponseSumMs: number
  readonly bytesBefore: number
  readonly finish: (failure: Failure) => void
}

/** autocannon in closed loop only: no rate mode, none of its latencies or averages, no workers. */
export const autocannonEngine: LoadEngine = {
  id: 'autocannon',
  model: 'closed',
  open(target) {
    const { promise, resolve, reject } = Promise.withResolvers<OpenLoad>()
    openConnections(target, resolve, reject)
    return promise
  },
}

function openConnections(
  target: EngineTarget,
  resolve: (load: OpenLoad) => void,
  reject: (error: AuthbenchError) => void,
): void {
  const clients: BrakedClient[] = []
  const cohorts = cohortsOf(target)
  const jar: Jar = { field: renewalFieldOf(target), requests: new Map() }
  const walks = new Map<BrakedClient, Walk>()
  const sockets = new Map<BrakedClient, Socket>()
  const waiting = new Set<BrakedClient>()
  let holding = true
  let connectionErrors = 0
  let window: RunningWindow | null = null
  let opened = false
  let closed = false

  const bytesWritten = () => clients.reduce((sum, client) => sum + client.conn.bytesWritten, 0)
  const close = () => {
    closed = true
    instance.stop()
    for (const client of clients) client.destroy()
  }

  const fail = (message: string) => {
    close()
    reject(
      new AuthbenchError('LOAD_NOT_OPENED', message, {
        next: 'Check that the server answers the request with the expected status.',
        exitCode: 3,
      }),
    )
  }
  const openTimer = setTimeout(
    () => fail(`${waiting.size} of ${target.connections} connections had a first response in time`),
    OPEN_LIMIT_MS,
  )

  const onResponse = (client: BrakedClient, status: number, latencyMs: number) => {
    const step = walks.get(client)?.answered() ?? null
    if (window !== null) {
      window.lastResponseAt = performance.now()
      if (step !== null) window.tally.add(step, status, latencyMs)
    }
    if (!holding || step?.leads === true) return
    brake(client)
    waiting.add(client)
    if (window !== null) window.lastResponseSumMs += window.lastResponseAt
    if (waiting.size < target.connections) return
    if (opened) {
      window?.finish({ errors: 0, timeouts: 0 })
      return
    }
    opened = true
    clearTimeout(openTimer)
    for (const each of clients) sockets.set(each, each.conn)
    // autocannon asks for the next request only after this handler: resolve when all connections wait.
    setImmediate(() => resolve({ slice, close }))
  }

  const slice = async ({ milliseconds, arrivals }: Window): Promise<EngineSlice> => {
    if (arrivals !== null) {
      throw new AuthbenchError('ARRIVALS_NOT_SUPPORTED', 'autocannon cannot send requests at given times', {
        next: 'Use the paced engine for an open loop.',
      })
    }
    if (closed) {
      throw new AuthbenchError('LOAD_CLOSED', 'the connections to the server are gone', {
        next: 'The cell is marked failed and the run goes on.',
        exitCode: 3,
      })
    }
    const result = Promise.withResolvers<EngineSlice>()
    const timers = [
      setTimeout(() => {
        holding = true
      }, milliseconds),
      setTimeout(() => {
        window?.finish({ errors: 0, timeouts: target.connections - waiting.size })
      }, milliseconds + DRAIN_LIMIT_MS),
    ]
    const current: RunningWindow = {
      startedAt: performance.now(),
      lastResponseAt: performance.now(),
      tally: newResponseTally(cohorts),
      lastResponseSumMs: 0,
      bytesBefore: bytesWritten(),
      finish(failure) {
        for (const timer of timers) clearTimeout(timer)
        window = null
        const reconnects = clients.filter((client) => client.conn !== sockets.get(client)).length
        if (failure.errors + failure.timeouts + reconnects > 0) close()
        result.resolve({
          seconds: Math.max(current.lastResponseAt - current.startedAt, Number.EPSILON) / 1000,
          ...current.tally.result(),
          requestBytes: bytesWritten() - current.bytesBefore,
          ...failure,
          reconnects,
          idleUs: (waiting.size * current.lastResponseAt - current.lastResponseSumMs) * 1000,
          pacing: null,
        })
      },
    }
    window = current
    holding = false
    waiting.clear()
    connectionErrors = 0
    for (const client of clients) release(client)
    return result.promise
  }

  const onConnectionError = (error: Error) => {
    connectionErrors += 1
    // autocannon reconnects at once and for ever; a server that is gone must not keep it busy.
    if (connectionErrors < target.connections) return
    clearTimeout(openTimer)
    if (window !== null) window.finish({ errors: connectionErrors, timeouts: 0 })
    else if (opened) close()
    else fail(`connections fail: ${error.message}`)
  }

  const instance = autocannon(
    {
      url: target.origin,
      connections: target.connections,
      duration: NO_TIMEOUT_SECONDS,
      timeout: NO_TIMEOUT_SECONDS,
      skipAggregateResult: true,
      setupClient: (typed) => {
        const client = typed as unknown as BrakedClient
        const walk = new Walk(client, target, clients.length, jar)
        walks.set(client, walk)
        client.on('response', (status: number, _bytes: number, latencyMs: number) => {
          onResponse(client, status, latencyMs)
          walk.renew(status)
        })
        client.on('connError', onConnectionError)
        clients.push(client)
      },
    },
    () => undefined,
  )
}
