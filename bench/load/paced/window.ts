import { encodeHistogram, newHistogram, recordMilliseconds } from '../../../src/results/histogram.ts'
import type { EngineSlice, SlicePacing } from '../engine.ts'
import type { ResponseHead } from '../http/response-head.ts'
import { newResponseTally, type ResponseTally } from '../response-tally.ts'
import type { PacedConnection, SentRequest } from './connection.ts'

/** What the window itself does not know about its end. */
export interface WindowEnd {
  readonly errors: number
  readonly timeouts: number
  readonly unasked: number
  readonly reconnects: number
  readonly requestBytes: number
  readonly connections: readonly PacedConnection[]
}

/**
 * The schedule of one window, and what came of it. Every arrival becomes due, is sent, and is settled by a response or a loss. What is
 * due and not sent waits in the queue, first come first served; what is sent and not settled is on the wire.
 */
export class PacedWindow {
  readonly #startedAt = performance.now()
  /** From the start; ascending. */
  readonly #times: Float64Array
  readonly #milliseconds: number
  readonly #tally: ResponseTally
  readonly #service = newHistogram()
  readonly #lag = newHistogram()
  readonly #lastResponses = new Map<PacedConnection, number>()
  #due = 0
  #sent = 0
  #lost = 0
  #queued = 0
  #longestQueue = 0
  #serviceMs = 0
  #onWire = 0
  #onWireMs = 0
  #changedAt = this.#startedAt
  #lastSentAt = this.#startedAt
  #lastResponseAt = this.#startedAt

  constructor(times: Float64Array, milliseconds: number, cohorts: readonly string[]) {
    this.#times = times
    this.#milliseconds = milliseconds
    this.#tally = newResponseTally(cohorts)
  }

  /** When the next arrival is due; Infinity after the last. */
  nextAt(): number {
    return this.#startedAt + (this.#times[this.#due] ?? Number.POSITIVE_INFINITY)
  }

  get queueLength(): number {
    return this.#due - this.#sent
  }

  /** Arrivals without a response and without a loss. */
  get unsettled(): number {
    return this.#times.length - this.#tally.responses - this.#lost
  }

  /** The next arrival is due. It goes out on the connection, or into the queue where there is none. */
  arrive(connection: PacedConnection | undefined): void {
    this.#due += 1
    if (connection === undefined) {
      this.#queued += 1
      this.#longestQueue = Math.max(this.#longestQueue, this.queueLength)
    } else {
      const intendedAt = this.#intendedAt()
      recordMilliseconds(this.#lag, this.#send(connection, intendedAt) - intendedAt)
    }
  }

  /** The first of the queue goes out. */
  sendQueued(connection: PacedConnection): void {
    this.#send(connection, this.#intendedAt())
  }

  answered(
    connection: PacedConnection,
    { request, intendedAt, sentAt }: SentRequest,
    { status, bytes }: ResponseHead,
    at: number,
  ): void {
    this.#changeOnWire(-1, at)
    this.#lastResponseAt = at
    this.#lastResponses.set(connection, at)
    this.#serviceMs += at - sentAt
    const size = { request: request.bytes.length, responseHead: bytes }
    if (this.#tally.add(request, status, at - intendedAt, size))
      recordMilliseconds(this.#service, at - sentAt)
  }

  /** One on the wire will have no response. */
  lose(): void {
    this.#changeOnWire(-1, performance.now())
    this.#lost += 1
  }

  result({ errors, connections, ...end }: WindowEnd): EngineSlice {
    this.#changeOnWire(0, performance.now())
    const idleMs = connections.reduce(
      (sum, one) => sum + this.#lastResponseAt - (this.#lastResponses.get(one) ?? this.#startedAt),
      0,
    )
    return {
      seconds: Math.max(this.#lastResponseAt - this.#startedAt, Number.EPSILON) / 1000,
      ...this.#tally.result(),
      ...end,
      errors: errors + this.#lost,
      idleUs: idleMs * 1000,
      pacing: this.#pacing(),
    }
  }

  #pacing(): SlicePacing {
    const arrivals = this.#times.length
    return {
      arrivals,
      targetRate: (arrivals * 1000) / this.#milliseconds,
      achievedRate: (this.#sent * 1000) / Math.max(this.#milliseconds, this.#lastSentAt - this.#startedAt),
      queued: this.#queued,
      longestQueue: this.#longestQueue,
      serviceHdr: encodeHistogram(this.#service),
      lagHdr: encodeHistogram(this.#lag),
      inFlightUs: this.#onWireMs * 1000,
      serviceUs: this.#serviceMs * 1000,
    }
  }

  /** Of the next that is to be sent. */
  #intendedAt(): number {
    return this.#startedAt + (this.#times[this.#sent] ?? 0)
  }

  #send(connection: PacedConnection, intendedAt: number): number {
    const sentAt = connection.send(intendedAt)
    this.#sent += 1
    this.#lastSentAt = sentAt
    this.#changeOnWire(1, sentAt)
    return sentAt
  }

  #changeOnWire(by: number, at: number): void {
    this.#onWireMs += this.#onWire * (at - this.#changedAt)
    this.#onWire += by
    this.#changedAt = at
  }
}
