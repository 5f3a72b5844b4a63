// In this folder: the closed loop. autocannon drives it, and the times are our own.

import autocannon from 'autocannon'
import { AuthbenchError } from '../../../src/results/errors.ts'
import {
  addedByLink,
  type EngineSlice,
  type EngineTarget,
  type LoadEngine,
  type OpenLoad,
  type Window,
} from '../engine.ts'
import { type Peer, peerOf } from '../http/socket.ts'
import { renewalFieldOf } from '../renewal.ts'
import { cohortsOf, newResponseTally, type ResponseTally } from '../response-tally.ts'
import { type BrakedClient, brake, type Jar, Walk } from './client.ts'
import { AutocannonConnection } from './connection.ts'

/** A response that takes longer than the window by this much is counted as timed out. */
const DRAIN_LIMIT_MS = 2000
const OPEN_LIMIT_MS = 5000
/** autocannon's own time limit must not strike while connections wait between slices. */
const NO_TIMEOUT_SECONDS = 86_400
/** Before another try to connect to a server that refused. */
const PAUSE_MS = 5

interface RunningWindow {
  readonly startedAt: number
  lastResponseAt: number
  readonly tally: ResponseTally
  /** Sum over the connections that have had their last response. */
  lastResponseSumMs: number
  readonly bytesBefore: number
  reconnects: number
  readonly timers: readonly NodeJS.Timeout[]
  readonly resolve: (slice: EngineSlice) => void
}

/** autocannon in closed loop only: no rate mode, none of its latencies or averages, no workers. */
export const autocannonEngine: LoadEngine = {
  id: 'autocannon',
  model: 'closed',
  async open(target) {
    const load = new AutocannonLoad(target)
    await load.opened
    return load
  },
}

interface Lane {
  readonly client: BrakedClient
  readonly walk: Walk
  readonly connection: AutocannonConnection
}

class AutocannonLoad implements OpenLoad {
  readonly opened: Promise<void>
  readonly #opening = Promise.withResolvers<void>()
  readonly #openTimer: NodeJS.Timeout
  readonly #target: EngineTarget
  readonly #peer: Peer
  readonly #cohorts: readonly string[]
  readonly #instance: autocannon.Instance
  readonly #lanes: Lane[] = []
  /** Those that have had their last response until they are let go. */
  readonly #waiting = new Set<Lane>()
  #onAllWaiting: () => void
  #holding = true
  #isOpen = false
  #closed = false
  /** All three since the end of the last window. */
  #refused = 0
  #lost = 0
  #unasked = 0
  #window: RunningWindow | null = null

  constructor(target: EngineTarget) {
    this.#target = target
    this.#peer = peerOf(target)
    this.#cohorts = cohortsOf(target)
    this.opened = this.#opening.promise
    this.#onAllWaiting = () => {
      clearTimeout(this.#openTimer)
      this.#isOpen = true
      // autocannon asks for the next request only after the handler that called this.
      setImmediate(() => this.#opening.resolve())
    }
    this.#openTimer = setTimeout(
      () =>
        this.#notOpened(
          `${this.#waiting.size} of ${target.connections} connections had a first response in time`,
        ),
      OPEN_LIMIT_MS + addedByLink(target),
    )
    const jar: Jar = { field: renewalFieldOf(target), requests: new Map() }
    this.#instance = autocannon(
      {
        url: target.origin,
        connections: target.connections,
        duration: NO_TIMEOUT_SECONDS,
        timeout: NO_TIMEOUT_SECONDS,
        skipAggregateResult: true,
        setupClient: (client) => this.#add(client as unknown as BrakedClient, jar),
      },
      () => undefined,
    )
  }

  async slice({ milliseconds, arrivals }: Window): Promise<EngineSlice> {
    if (arrivals !== null) {
      throw new AuthbenchError('ARRIVALS_NOT_SUPPORTED', 'autocannon cannot send requests at given times', {
        next: 'Use the paced engine for an open loop.',
      })
    }
    if (this.#closed) {
      throw new AuthbenchError('LOAD_CLOSED', 'the connections to the server are gone', {
        next: 'The cell is marked failed and the run goes on.',
        exitCode: 3,
      })
    }
    const { promise, resolve } = Promise.withResolvers<EngineSlice>()
    const now = performance.now()
    this.#window = {
      startedAt: now,
      lastResponseAt: now,
      tally: newResponseTally(this.#cohorts),
      lastResponseSumMs: 0,
      bytesBefore: this.#bytesWritten(),
      reconnects: 0,
      timers: [
        setTimeout(() => {
          this.#holding = true
        }, milliseconds),
        setTimeout(() => this.#end(), milliseconds + DRAIN_LIMIT_MS),
      ],
      resolve,
    }
    this.#onAllWaiting = () => this.#end()
    this.#letGo(this.#lanes, false)
    return promise
  }

  async refresh(all: boolean): Promise<number> {
    const closed = this.#lanes.filter(({ connection }) => !connection.isUp)
    const lanes = all ? this.#lanes : closed
    if (this.#closed || lanes.length === 0) return 0
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, DRAIN_LIMIT_MS)
    this.#onAllWaiting = () => setImmediate(resolve)
    this.#letGo(lanes, true)
    await promise
    clearTimeout(timer)
    return closed.length
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    clearTimeout(this.#openTimer)
    this.#end()
    this.#instance.stop()
    for (const { client } of this.#lanes) client.destroy()
  }

  #add(client: BrakedClient, jar: Jar): void {
    const connection = new AutocannonConnection(client, this.#peer, {
      closed: () => this.#onClosed(lane),
      lost: () => this.#onLost(lane),
      refused: (error) => this.#onRefused(lane, error),
      unasked: () => {
        this.#unasked += 1
        this.#rest(lane)
      },
    })
    const lane = { client, connection, walk: new Walk(client, this.#target, this.#lanes.length, jar) }
    this.#lanes.push(lane)
    client.on('response', (status: number, _bytes: number, latencyMs: number) => {
      this.#onResponse(lane, status, latencyMs)
      lane.walk.renew(status)
    })
  }

  /** @param holding each sends one request only */
  #letGo(lanes: readonly Lane[], holding: boolean): void {
    this.#holding = holding
    this.#refused = 0
    for (const lane of lanes) this.#waiting.delete(lane)
    for (const { connection } of lanes) connection.goOn()
  }

  #onResponse(lane: Lane, status: number, latencyMs: number): void {
    this.#refused = 0
    const step = lane.walk.answered()
    const window = this.#window
    if (window !== null) {
      window.lastResponseAt = performance.now()
      if (step !== null) {
        window.tally.add(step, status, latencyMs, {
          request: lane.client.getRequestBuffer().length,
          responseHead: lane.connection.headBytes,
        })
      }
    }
    if (!this.#holding || step?.leads === true) return
    brake(lane.client)
    this.#rest(lane)
  }

  #rest(lane: Lane): void {
    if (this.#waiting.has(lane)) return
    this.#waiting.add(lane)
    const window = this.#window
    if (window !== null) window.lastResponseSumMs += window.lastResponseAt
    if (this.#waiting.size === this.#target.connections) this.#onAllWaiting()
  }

  /** A connection that rests is opened again when it is let go. */
  #onClosed(lane: Lane): void {
    if (this.#waiting.has(lane)) return
    if (this.#window !== null) this.#window.reconnects += 1
    lane.connection.goOn()
  }

  #onLost(lane: Lane): void {
    this.#lost += 1
    if (this.#isOpen) this.#rest(lane)
    else this.#notOpened('connections end without a response')
  }

  #onRefused(lane: Lane, error: Error): void {
    this.#refused += 1
    // A server that is gone must not keep a core busy.
    if (this.#refused >= this.#target.connections) {
      if (!this.#isOpen) {
        this.#notOpened(`connections fail: ${error.message}`)
        return
      }
      if (!this.#lanes.some(({ connection }) => connection.isConnected)) {
        this.#giveUp()
        return
      }
    }
    setTimeout(() => {
      if (!this.#closed && !this.#waiting.has(lane) && !lane.connection.isUp) lane.connection.goOn()
    }, PAUSE_MS)
  }

  /** Nobody listens any more: what is under way is lost, and nothing else is sent. */
  #giveUp(): void {
    const window = this.#window
    if (window === null) {
      this.#onAllWaiting()
      return
    }
    this.#lost += this.#target.connections - this.#waiting.size
    for (const lane of this.#lanes) this.#waiting.add(lane)
    this.#end()
  }

  #end(): void {
    const window = this.#window
    if (window === null) return
    this.#window = null
    this.#holding = true
    for (const timer of window.timers) clearTimeout(timer)
    const disturbed = {
      errors: this.#lost,
      timeouts: this.#target.connections - this.#waiting.size,
      unasked: this.#unasked,
    }
    this.#lost = 0
    this.#unasked = 0
    window.resolve({
      seconds: Math.max(window.lastResponseAt - window.startedAt, Number.EPSILON) / 1000,
      ...window.tally.result(),
      requestBytes: this.#bytesWritten() - window.bytesBefore,
      ...disturbed,
      reconnects: window.reconnects,
      idleUs: (this.#waiting.size * window.lastResponseAt - window.lastResponseSumMs) * 1000,
      pacing: null,
    })
    if (disturbed.errors + disturbed.timeouts + disturbed.unasked > 0) this.close()
  }

  #notOpened(message: string): void {
    this.close()
    this.#opening.reject(
      new AuthbenchError('LOAD_NOT_OPENED', message, {
        next: 'Check that the server answers the request with the expected status.',
        exitCode: 3,
      }),
    )
  }

  #bytesWritten(): number {
    return this.#lanes.reduce((sum, { connection }) => sum + connection.bytesWritten, 0)
  }
}
