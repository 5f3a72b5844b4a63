// In this folder: the open loop. Requests leave at their intended times, on connections of our own.

import { arrivalTimes } from '../../../src/plan/schedule.ts'
import { AuthbenchError } from '../../../src/results/errors.ts'
import {
  addedByLink,
  type EngineSlice,
  type EngineTarget,
  hostOf,
  type LoadEngine,
  type OpenLoad,
  type Window,
} from '../engine.ts'
import { requestText } from '../http/probe.ts'
import type { ResponseHead } from '../http/response-head.ts'
import { peerOf } from '../http/socket.ts'
import { renewalFieldOf } from '../renewal.ts'
import { cohortsOf, expectationOf } from '../response-tally.ts'
import { type ConnectionListener, PacedConnection, type SentRequest } from './connection.ts'
import { startPacer } from './pacer.ts'
import { PacedWindow } from './window.ts'

interface PacedLimits {
  /** What has no response this long after its window is counted as timed out. */
  readonly drainMs: number
  readonly openMs: number
}

/**
 * Open loop on raw sockets: prepared requests go out when they are due, and never twice. What finds no free connection waits for one,
 * and its latency counts from when it was due.
 */
export const pacedEngine: LoadEngine = newPacedEngine({ drainMs: 2000, openMs: 5000 })

export function newPacedEngine(limits: PacedLimits): LoadEngine {
  return {
    id: 'paced',
    model: 'open',
    async open(target) {
      if (target.opening !== undefined || target.requests.some(({ keeps, sends }) => keeps ?? sends)) {
        throw new AuthbenchError(
          'FLOWS_NOT_SUPPORTED',
          'the paced engine cannot send what an earlier answer held',
          { next: 'Use autocannon for requests that build on each other.' },
        )
      }
      const load = new PacedLoad(target, limits)
      await load.opened
      return load
    },
  }
}

interface Opening extends PromiseWithResolvers<void> {
  readonly hadResponse: Set<PacedConnection>
  readonly timer: NodeJS.Timeout
}

/** Those that still have to be up, or to have their answer. */
interface Refreshing {
  readonly left: Set<PacedConnection>
  readonly asks: boolean
  readonly resolve: () => void
}

interface Running {
  readonly window: PacedWindow
  readonly resolve: (slice: EngineSlice) => void
  readonly bytesBefore: number
  readonly stopPacer: () => void
  readonly drainTimer: NodeJS.Timeout
}

class PacedLoad implements OpenLoad, ConnectionListener {
  readonly opened: Promise<void>
  readonly #cohorts: readonly string[]
  readonly #limits: PacedLimits
  readonly #connections: readonly PacedConnection[]
  /** Longest idle first. */
  readonly #idle: PacedConnection[] = []
  #opening: Opening | null
  #running: Running | null = null
  #refreshing: Refreshing | null = null
  /** In order by the server, inside the window and outside of any. */
  #reconnects = 0
  #closedAtRest = 0
  /** Both since the end of the last window: responses that nobody asked for, and requests of a refresh that got none. */
  #unasked = 0
  #unsettled = 0
  /** Connects that failed since a connection was free; while opening, all that led to no response. */
  #failures = 0
  #closed = false

  constructor(target: EngineTarget, limits: PacedLimits) {
    this.#cohorts = cohortsOf(target)
    this.#limits = limits
    const host = hostOf(target)
    const prepared = new Map(
      [...new Set(target.requests)].map((request) => [
        request,
        { ...expectationOf(request, target), bytes: Buffer.from(requestText(request, host)) },
      ]),
    )
    const renewing = renewalFieldOf(target)
    const requests = target.requests.flatMap((request) => prepared.get(request) ?? [])
    const peer = peerOf(target)
    this.#connections = Array.from({ length: target.connections }, (_, own) => {
      const part = requests.filter((_, index) => index % target.connections === own)
      return new PacedConnection(peer, part, renewing, this)
    })
    const hadResponse = new Set<PacedConnection>()
    const timer = setTimeout(() => {
      this.#notOpened(`${hadResponse.size} of ${target.connections} connections had a first response in time`)
    }, limits.openMs + addedByLink(target))
    this.#opening = { ...Promise.withResolvers<void>(), hadResponse, timer }
    this.opened = this.#opening.promise
  }

  async slice({ milliseconds, arrivals }: Window): Promise<EngineSlice> {
    if (arrivals === null) {
      throw new AuthbenchError('ARRIVALS_MISSING', 'the paced engine sends requests at given times only', {
        next: 'Use autocannon for a closed loop.',
      })
    }
    if (this.#closed) {
      throw new AuthbenchError('LOAD_CLOSED', 'the connections to the server are gone', {
        next: 'The cell is marked failed and the run goes on.',
        exitCode: 3,
      })
    }
    if (this.#running !== null) throw new Error('a window is running')
    const times = arrivalTimes(arrivals, milliseconds)
    const { promise, resolve } = Promise.withResolvers<EngineSlice>()
    const bytesBefore = this.#bytesWritten()
    const drainTimer = setTimeout(() => this.#end('timeouts'), milliseconds + this.#limits.drainMs)
    const window = new PacedWindow(times, milliseconds, this.#cohorts)
    const stopPacer = startPacer(
      () => window.nextAt(),
      (now) => this.#sendDue(window, now),
    )
    this.#running = { window, resolve, bytesBefore, stopPacer, drainTimer }
    if (window.unsettled === 0) this.#end('errors')
    return promise
  }

  async refresh(all: boolean): Promise<number> {
    const closed = this.#closedAtRest
    this.#closedAtRest = 0
    if (this.#closed || (!all && this.#idle.length === this.#connections.length)) return closed
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, this.#limits.drainMs)
    this.#refreshing = { left: new Set(this.#connections), asks: all, resolve }
    for (const connection of this.#idle.splice(0)) this.free(connection)
    await promise
    clearTimeout(timer)
    this.#refreshing = null
    return closed
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#refreshing?.resolve()
    this.#end('errors')
    clearTimeout(this.#opening?.timer)
    for (const connection of this.#connections) connection.close()
  }

  free(connection: PacedConnection): void {
    if (this.#opening === null) this.#failures = 0
    const window = this.#running?.window
    const refreshing = this.#refreshing
    if (this.#opening?.hadResponse.has(connection) === false) {
      connection.send(performance.now())
    } else if (refreshing?.left.has(connection) === true) {
      if (refreshing.asks) connection.send(performance.now())
      else this.#refreshed(connection)
    } else if (window !== undefined && window.queueLength > 0) {
      window.sendQueued(connection)
    } else {
      this.#idle.push(connection)
      // Between two wake-ups of the pacer the event loop may have many answers to give.
      if (window !== undefined) this.#sendDue(window, performance.now())
    }
  }

  answered(connection: PacedConnection, sent: SentRequest, head: ResponseHead, at: number): void {
    const opening = this.#opening
    if (opening !== null) {
      opening.hadResponse.add(connection)
      if (opening.hadResponse.size < this.#connections.length) return
      this.#opening = null
      this.#closedAtRest = 0
      clearTimeout(opening.timer)
      opening.resolve()
      return
    }
    if (this.#refreshing?.left.delete(connection) === true && this.#refreshing.left.size === 0)
      this.#refreshing.resolve()
    const window = this.#running?.window
    window?.answered(connection, sent, head, at)
    if (window?.unsettled === 0) this.#end('errors')
  }

  lost(connection: PacedConnection, sent: SentRequest | null): void {
    if (this.#opening !== null && sent !== null) {
      this.#fail('they end without a response')
      return
    }
    if (sent === null) {
      if (this.#running === null) this.#closedAtRest += 1
      else this.#reconnects += 1
    }
    const place = this.#idle.indexOf(connection)
    if (place >= 0) this.#idle.splice(place, 1)
    if (sent === null) return
    const window = this.#running?.window
    if (window === undefined) this.#unsettled += 1
    window?.lose()
    if (window?.unsettled === 0) this.#end('errors')
  }

  refused(error: Error | null): void {
    this.#fail(error?.message ?? 'they end at once')
  }

  unasked(): void {
    this.#unasked += 1
  }

  #refreshed(connection: PacedConnection): void {
    this.#idle.push(connection)
    this.#refreshing?.left.delete(connection)
    if (this.#refreshing?.left.size === 0) this.#refreshing.resolve()
  }

  #sendDue(window: PacedWindow, now: number): void {
    while (window.nextAt() <= now) window.arrive(window.queueLength > 0 ? undefined : this.#idle.shift())
  }

  /**
   * After as many failures in a row as there are connections, and with none of them up, the server is gone: more would only keep a core busy.
   */
  #fail(message: string): void {
    this.#failures += 1
    if (this.#failures < this.#connections.length) return
    if (this.#opening === null) {
      if (!this.#connections.some(({ isUp }) => isUp)) this.close()
    } else this.#notOpened(`connections fail: ${message}`)
  }

  #notOpened(message: string): void {
    this.close()
    this.#opening?.reject(
      new AuthbenchError('LOAD_NOT_OPENED', message, {
        next: 'Check that the server answers the request with the expected status.',
        exitCode: 3,
      }),
    )
  }

  /** @param unsettled what arrivals without an outcome are: late, or lost with the server */
  #end(unsettled: 'errors' | 'timeouts'): void {
    if (this.#running === null) return
    const { window, resolve, bytesBefore, stopPacer, drainTimer } = this.#running
    this.#running = null
    stopPacer()
    clearTimeout(drainTimer)
    const failed = window.unsettled
    resolve(
      window.result({
        errors: this.#unsettled + (unsettled === 'errors' ? failed : 0),
        timeouts: unsettled === 'timeouts' ? failed : 0,
        unasked: this.#unasked,
        reconnects: this.#reconnects,
        requestBytes: this.#bytesWritten() - bytesBefore,
        connections: this.#connections,
      }),
    )
    this.#reconnects = 0
    this.#unasked = 0
    this.#unsettled = 0
    if (failed > 0) this.close()
  }

  #bytesWritten(): number {
    return this.#connections.reduce((sum, { bytesWritten }) => sum + bytesWritten, 0)
  }
}
