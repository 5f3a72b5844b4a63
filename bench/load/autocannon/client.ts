import type { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import { type EngineRequest, type EngineTarget, hostOf } from '../engine.ts'
import { requestText } from '../http/probe.ts'
import { NO_TOKENS, tokensIn, withOwn } from '../own-tokens.ts'
import { NO_RENEWAL, type RenewalField, renewalOf, renewalsIn } from '../renewal.ts'
import { type Expectation, expectationOf } from '../response-tally.ts'
import type { ResponseEnds } from './connection.ts'

/**
 * The parts of autocannon 9.0.0's client that hold and release a connection. Its rate limit is the only brake it has:
 * with `rate` 1 and one request made "this second" the next request waits until `_doRequest` is called again.
 * The version is pinned and `autocannon.test.ts` fails when these no longer do this.
 */
export interface BrakedClient extends EventEmitter {
  rate: number
  reqsMadeThisSecond: number
  paused: boolean
  conn: Socket
  readonly destroyed: boolean
  readonly parser: ResponseEnds
  readonly pipelinedRequests: { size(): number; clear(): void; addByteCount(count: number): void }
  /** While `response` is emitted, still at the request that was answered; the next one is behind it. */
  readonly requestIterator: { currentRequestIndex: number; currentRequest: WireRequest; requests: object[] }
  /** Of the request that was answered, while `response` is emitted. */
  getRequestBuffer(): Buffer
  setRequests(requests: object[]): void
  _connect(): void
  _doRequest(): void
  destroy(): void
}

export function brake(client: BrakedClient): void {
  client.rate = 1
  client.reqsMadeThisSecond = 1
}

export function release(client: BrakedClient): void {
  client.rate = 0
  client.paused = false
  client._doRequest()
}

/** autocannon keeps the object that it is given, and writes what its `requestBuffer` holds when it is the object's turn. */
type WireRequest = Pick<EngineRequest, 'method' | 'path' | 'headers' | 'body'> & {
  onResponse?: (status: number, body: string) => void
  requestBuffer?: Buffer
}

interface Step extends Expectation {
  readonly leads: boolean
}

/** What the connections of one load share: a credential is renewed for all that present it, as in a browser. */
export interface Jar {
  /** Null: nothing is ever renewed. */
  readonly field: RenewalField | null
  readonly requests: Map<EngineRequest, WireRequest>
}

/**
 * What one connection sends: the opening, then its requests in a circle. A request that sends the connection's own token is written anew
 * when the token changes, not each time it is sent, so that the generator's time is not spent on it.
 */
export class Walk {
  readonly #client: BrakedClient
  readonly #host: string
  readonly #steps: readonly Step[]
  readonly #circle: readonly WireRequest[]
  readonly #fixed = new Map<WireRequest, EngineRequest>()
  readonly #senders = new Map<WireRequest, EngineRequest>()
  #renewals = NO_RENEWAL
  #tokens = NO_TOKENS
  #isOpening: boolean

  constructor(client: BrakedClient, target: EngineTarget, connection: number, jar: Jar) {
    this.#client = client
    this.#host = hostOf(target)
    const requests = target.requests.filter((_, index) => index % target.connections === connection)
    const own = new Map<string, WireRequest>()
    this.#circle = requests.map((request) =>
      request.keeps === undefined && request.sends === undefined
        ? jar.requests.getOrInsertComputed(request, () => this.#wire(request))
        : own.getOrInsertComputed(JSON.stringify(request), () => this.#wire(request)),
    )
    this.#steps = requests.map((request) => ({
      ...expectationOf(request, target),
      leads: request.leads ?? false,
    }))
    const opening = target.opening?.[connection]
    this.#isOpening = opening !== undefined
    if (opening === undefined) this.#begin()
    else {
      client.setRequests([this.#wire(opening)])
      this.#write()
    }
    const { field } = jar
    if (field !== null) {
      client.on('headers', ({ headers }: { readonly headers: readonly string[] }) => {
        this.#renewals = renewalsIn(headers, field)
      })
    }
  }

  /** Called while `response` is emitted. @returns what was asked; null for the opening */
  answered(): Step | null {
    const { requestIterator } = this.#client
    if (!this.#isOpening) return this.#steps[requestIterator.currentRequestIndex] ?? null
    this.#isOpening = false
    this.#renewals = NO_RENEWAL
    this.#begin()
    requestIterator.currentRequestIndex = this.#circle.length - 1
    return null
  }

  /** Called while `response` is emitted, when the response is counted: what it costs is not in its time. */
  renew(status: number): void {
    if (this.#renewals === NO_RENEWAL) return
    const { currentRequest } = this.#client.requestIterator
    const { requestBuffer } = currentRequest
    const renewal = requestBuffer === undefined ? null : renewalOf(requestBuffer, status, this.#renewals)
    if (renewal === null) return
    if (!this.#senders.has(currentRequest)) currentRequest.requestBuffer = renewal.bytes
    else {
      this.#tokens = { ...this.#tokens, credential: renewal.credential }
      this.#present()
    }
  }

  #begin(): void {
    const { requestIterator } = this.#client
    // Builds bytes of all that it is given, as often as they are in it.
    this.#client.setRequests([...new Set(this.#circle)])
    requestIterator.requests = [...this.#circle]
    this.#write()
    this.#present()
  }

  #wire(request: EngineRequest): WireRequest {
    const { method, path, headers, body, keeps, sends } = request
    const wire: WireRequest = {
      method,
      path,
      headers: { ...headers },
      ...(body === undefined ? {} : { body }),
      ...(keeps === undefined ? {} : { onResponse: (_status, answer) => this.#keep(answer) }),
    }
    if (sends === undefined) this.#fixed.set(wire, request)
    else this.#senders.set(wire, request)
    return wire
  }

  #keep(answer: string): void {
    this.#tokens = tokensIn(answer, this.#tokens)
    this.#present()
  }

  /** The same bytes as a probe's, whatever autocannon would write. */
  #write(): void {
    for (const [wire, request] of this.#fixed)
      wire.requestBuffer = Buffer.from(requestText(request, this.#host))
  }

  #present(): void {
    for (const [wire, request] of this.#senders) {
      wire.requestBuffer = Buffer.from(requestText(withOwn(request, this.#tokens), this.#host))
    }
  }
}
