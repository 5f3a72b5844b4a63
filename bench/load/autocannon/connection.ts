import { connectTo, type Peer, readyEvent } from '../http/socket.ts'
import { type BrakedClient, brake, release } from './client.ts'

/** What http-parser-js, autocannon's parser, says of a head. */
interface ParsedHead {
  readonly statusCode: number
  /** False as well where only the end of the connection ends the body. */
  readonly shouldKeepAlive: boolean
}

/** The parts of http-parser-js 0.5 that tell where responses end. */
export interface ResponseEnds {
  readonly offset: number
  readonly end: number
  readonly state: string
  initialize(type: 'RESPONSE'): void
  execute(chunk: Buffer): number | Error
  finish(): unknown
  /** @returns whether no body follows, whatever length the head names */
  [ON_HEADERS_COMPLETE]: (head: ParsedHead) => boolean
  [ON_MESSAGE_COMPLETE]: () => void
}
const ON_HEADERS_COMPLETE = 2
const ON_MESSAGE_COMPLETE = 4

const SWITCHING_PROTOCOLS = 101
const isInformational = (status: number) => status < 200 && status !== SWITCHING_PROTOCOLS

export interface ConnectionEvents {
  /** The server closed in order: after a response, with none under way. */
  closed(): void
  /** It closed, or sent what is no HTTP, while a request was under way. */
  lost(): void
  refused(error: Error): void
  /** A response that nobody waits for. The connection is given up: which answer is whose cannot be told any more. */
  unasked(): void
}

/**
 * autocannon's connection in our hands. Its own ignores `Connection: close` and writes the next request into a socket that the server is
 * closing, reconnects for ever, takes an informational response for the answer, never ends a body that ends with the connection, and
 * throws at a response that nobody asked for.
 */
export class AutocannonConnection {
  readonly #client: BrakedClient
  readonly #peer: Peer
  readonly #events: ConnectionEvents
  #bytesOfEarlierSockets = 0
  #isUp = false
  #isConnected = false
  /** Where the chunk that is read begins, and the response, counted from the first byte of the socket. */
  #chunkStart = 0
  #responseStart = 0
  #headBytes = 0
  /** The response under way is the last of its socket. */
  #isLast = false

  constructor(client: BrakedClient, peer: Peer, events: ConnectionEvents) {
    this.#client = client
    this.#peer = peer
    this.#events = events
    client._connect = () => this.#connect()
    // The client sets its own handlers after it was handed out.
    queueMicrotask(() => this.#watch())
  }

  /** Over all its sockets. */
  get bytesWritten(): number {
    return this.#bytesOfEarlierSockets + (this.#isUp ? this.#client.conn.bytesWritten : 0)
  }

  /** Of the last response, informational ones before it left out. */
  get headBytes(): number {
    return this.#headBytes
  }

  /** Connected, or about to be. */
  get isUp(): boolean {
    return this.#isUp
  }

  get isConnected(): boolean {
    return this.#isConnected
  }

  /** The next request goes out, on a new socket where the last one is gone. */
  goOn(): void {
    if (this.#isUp) {
      release(this.#client)
      return
    }
    this.#client.rate = 0
    this.#client.paused = false
    this.#client._connect()
  }

  #connect(): void {
    const client = this.#client
    const socket = connectTo(this.#peer)
    client.conn = socket
    client.parser.initialize('RESPONSE')
    this.#isUp = true
    this.#isLast = false
    this.#chunkStart = 0
    this.#responseStart = 0
    const gone = (error: Error | null) => {
      if (socket !== client.conn || !this.#isUp || client.destroyed) return
      if (this.#isConnected) this.#gone()
      else {
        this.#drop()
        this.#events.refused(error ?? new Error('the server ends connections at once'))
      }
    }
    socket.on(readyEvent(this.#peer), () => {
      if (socket === client.conn) this.#isConnected = this.#isUp
    })
    socket.on('data', (chunk: Buffer) => {
      if (socket !== client.conn || !this.#isUp) return
      client.pipelinedRequests.addByteCount(chunk.length)
      const result = client.parser.execute(chunk)
      if (socket !== client.conn) return
      this.#chunkStart += chunk.length
      if (result instanceof Error) this.#gone()
    })
    socket.on('error', gone)
    socket.on('end', () => gone(null))
    socket.on('close', () => gone(null))
    client._doRequest()
  }

  #watch(): void {
    const { parser, pipelinedRequests } = this.#client
    const headersComplete = parser[ON_HEADERS_COMPLETE]
    const messageComplete = parser[ON_MESSAGE_COMPLETE]
    let status = 0
    parser[ON_HEADERS_COMPLETE] = (head) => {
      status = head.statusCode
      this.#headBytes = this.#chunkStart + parser.offset - this.#responseStart
      this.#isLast = !head.shouldKeepAlive && !isInformational(status)
      if (!isInformational(status)) headersComplete.call(parser, head)
      // RFC 9112 section 6.3: their length is that of what is not sent.
      return isInformational(status) || status === 204 || status === 304
    }
    parser[ON_MESSAGE_COMPLETE] = () => {
      this.#responseStart = this.#chunkStart + parser.offset
      if (isInformational(status)) return
      if (pipelinedRequests.size() === 0) {
        this.#spoil()
        return
      }
      const more = parser.offset < parser.end
      if (more || this.#isLast) brake(this.#client)
      messageComplete.call(parser)
      if (more) this.#spoil()
      else if (this.#isLast) this.#close()
    }
  }

  #gone(): void {
    const { parser, pipelinedRequests } = this.#client
    if (pipelinedRequests.size() === 0) this.#close()
    else if (parser.state === 'BODY_RAW') parser.finish()
    else {
      this.#drop()
      this.#events.lost()
    }
  }

  #close(): void {
    if (!this.#isUp) return
    this.#drop()
    this.#events.closed()
  }

  #spoil(): void {
    if (!this.#isUp) return
    this.#drop()
    this.#events.unasked()
  }

  #drop(): void {
    const { conn, pipelinedRequests } = this.#client
    this.#bytesOfEarlierSockets += conn.bytesWritten
    this.#isUp = false
    this.#isConnected = false
    brake(this.#client)
    pipelinedRequests.clear()
    // An error that comes late is nobody's.
    conn.on('error', () => undefined)
    conn.destroy()
  }
}
