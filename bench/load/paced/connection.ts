import type { Socket } from 'node:net'
import type { ResponseHead } from '../http/response-head.ts'
import { newResponseParser, type ResponseParser } from '../http/response-parser.ts'
import { connectTo, type Peer, readyEvent } from '../http/socket.ts'
import { NO_RENEWAL, type RenewalField, renewalOf } from '../renewal.ts'
import type { Expectation } from '../response-tally.ts'

/** First pause before another connect, where the last one led to no response; it doubles up to the longest. */
const PAUSE_MS = 5
const LONGEST_PAUSE_MS = 160
/** One for all connections: what it holds is read before the next socket's turn. */
const RECEIVED = Buffer.allocUnsafeSlow(65_536)

export interface PreparedRequest extends Expectation {
  /** As it goes on the wire: with the credential of the last answer that renewed it, on whichever connection. */
  bytes: Buffer
}

/** A request on the wire; on the scale of performance.now(). */
export interface SentRequest {
  readonly request: PreparedRequest
  readonly intendedAt: number
  readonly sentAt: number
}

export interface ConnectionListener {
  /** Connected, with no request on it: at first, after each response, after each reconnect. */
  free(connection: PacedConnection): void
  answered(connection: PacedConnection, sent: SentRequest, head: ResponseHead, at: number): void
  /** Gone after it was up; replaced by itself. A request without a complete response is lost and never sent again. */
  lost(connection: PacedConnection, sent: SentRequest | null): void
  /** Not up at all; tried again by itself. */
  refused(error: Error | null): void
  /** Bytes behind a response, or without a request; the connection is lost too. */
  unasked(): void
}

/** One connection with at most one request on it, which walks its requests in a circle and outlives its sockets. */
export class PacedConnection {
  readonly #peer: Peer
  readonly #requests: readonly PreparedRequest[]
  readonly #listener: ConnectionListener
  readonly #parser: ResponseParser
  #next = 0
  #sent: SentRequest | null = null
  #socket: Socket | null = null
  #connected = false
  /** Connects in a row that led to no response. */
  #fruitless = 0
  #pause: NodeJS.Timeout | undefined
  #bytesOfEarlierSockets = 0
  #closed = false

  /** @param renewing the response field that renews credentials */
  constructor(
    peer: Peer,
    requests: readonly PreparedRequest[],
    renewing: RenewalField | null,
    listener: ConnectionListener,
  ) {
    this.#peer = peer
    this.#requests = requests
    this.#parser = newResponseParser(renewing)
    this.#listener = listener
    this.#connect()
  }

  get isUp(): boolean {
    return this.#connected
  }

  /** Over all its sockets. */
  get bytesWritten(): number {
    return this.#bytesOfEarlierSockets + (this.#socket?.bytesWritten ?? 0)
  }

  /** Only while it is free. @returns when, on the scale of performance.now() */
  send(intendedAt: number): number {
    const request = this.#requests[this.#next]
    if (request === undefined || this.#socket === null || this.#sent !== null)
      throw new Error('cannot send now')
    this.#next = (this.#next + 1) % this.#requests.length
    const sentAt = performance.now()
    this.#sent = { request, intendedAt, sentAt }
    this.#socket.write(request.bytes)
    return sentAt
  }

  /** For good, and in silence. */
  close(): void {
    this.#closed = true
    this.#drop()
    clearTimeout(this.#pause)
  }

  #connect(): void {
    const received = (length: number) => {
      if (socket === this.#socket) this.#receive(length)
      return true
    }
    const gone = (error: Error | null) => {
      if (socket === this.#socket) this.#gone(error)
    }
    const socket = connectTo(this.#peer, {
      noDelay: true,
      onread: { buffer: RECEIVED, callback: received },
    })
    this.#socket = socket
    this.#fruitless += 1
    socket.on(readyEvent(this.#peer), () => {
      if (socket !== this.#socket) return
      this.#connected = true
      this.#listener.free(this)
    })
    socket.on('error', gone)
    socket.on('end', () => gone(null))
    socket.on('close', () => gone(null))
  }

  #receive(length: number): void {
    const at = performance.now()
    const sent = this.#sent
    if (sent === null) {
      this.#listener.unasked()
      this.#replace(null)
      return
    }
    const progress = this.#parser.read(RECEIVED, 0, length)
    if (progress === 'malformed') this.#replace(sent)
    else if (progress === 'complete') this.#answer(sent, at, this.#parser.consumed < length)
  }

  #answer(sent: SentRequest, at: number, more: boolean): void {
    const { head } = this.#parser
    if (head === null) throw new Error('a complete response without a head')
    this.#fruitless = 0
    this.#sent = null
    const stays = !more && !head.closes
    if (more) this.#listener.unasked()
    // Before the response is counted: it may be the window's last, and the loss belongs to the same window.
    if (!stays) this.#replace(null)
    this.#listener.answered(this, sent, head, at)
    // After the response is counted, so that it is not in its time; before the connection may send again.
    if (head.renewals !== NO_RENEWAL) {
      const { request } = sent
      request.bytes = renewalOf(request.bytes, head.status, head.renewals)?.bytes ?? request.bytes
    }
    if (stays) this.#listener.free(this)
  }

  #gone(error: Error | null): void {
    const sent = this.#sent
    if (!this.#connected) {
      this.#drop()
      this.#listener.refused(error)
      this.#reconnect()
    } else if (sent !== null && error === null && this.#parser.endsWithConnection()) {
      this.#answer(sent, performance.now(), false)
    } else {
      this.#replace(sent)
    }
  }

  #replace(lost: SentRequest | null): void {
    this.#drop()
    this.#listener.lost(this, lost)
    this.#reconnect()
  }

  #drop(): void {
    const socket = this.#socket
    if (socket === null) return
    this.#bytesOfEarlierSockets += socket.bytesWritten
    this.#socket = null
    this.#connected = false
    this.#sent = null
    this.#parser.reset()
    socket.destroy()
  }

  #reconnect(): void {
    if (this.#closed) return
    if (this.#fruitless === 0) {
      this.#connect()
      return
    }
    const pauseMs = Math.min(PAUSE_MS * 2 ** (this.#fruitless - 1), LONGEST_PAUSE_MS)
    this.#pause = setTimeout(() => this.#connect(), pauseMs)
  }
}
